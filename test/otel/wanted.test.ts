import { describe, expect, it } from '@jest/globals';
import { createWanted } from '../../src/otel/wanted.ts';
import { readableSpan } from '../support/readable-span.ts';
import { recordingLog } from '../support/recording-log.ts';

describe('what the app is asked about a span', () => {
  it.each([
    ['wants it', () => true, true, []],
    ['does not want it', () => false, false, []],
    ['throws', () => JSON.parse('no JSON'), false, [/threw/]],
    ['answers later, even with a yes', async () => true, false, [/promise/]],
    ['throws later', async () => JSON.parse('no JSON'), false, [/promise/]],
  ])('it %s', async (_what, shouldExportSpan, isWanted, said) => {
    const log = recordingLog();
    const wanted = createWanted(shouldExportSpan as () => boolean, log);
    expect(wanted(readableSpan(1))).toBe(isWanted);
    expect(log.lines.map(({ message }) => message)).toEqual(said.map((text) => expect.stringMatching(text)));
  });
});
