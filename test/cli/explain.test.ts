import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { explanationText } from '../../src/cli/explain-text.ts';
import { runInProcess } from './in-process.ts';

const RECORDING = join(import.meta.dirname, '../fixtures/corpus/oi-anthropic/001.json');

describe('otel-weave explain', () => {
  it('prints a table for each span', async () => {
    const { code, stdout } = await runInProcess(['explain', RECORDING]);
    expect(code).toBe(0);
    expect(stdout).toContain('Anthropic Messages  add53c8f81e51666');
    expect(stdout).toMatch(/inputs\.model +llm\.request\.model_name {2}\[openinference\]/);
    expect(stdout.match(/^ {2}becomes /gm)).toHaveLength(15);
  });

  it('prints a JSON object a span with --json', async () => {
    const { code, stdout } = await runInProcess(['explain', '--json', RECORDING]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.length, lines[0].kind]).toEqual([0, 15, 'llm']);
  });

  it('says which file it cannot read', async () => {
    const { code, stderr } = await runInProcess(['explain', 'no-such-file.json']);
    expect(code).toBe(1);
    expect(stderr).toContain('no-such-file.json');
  });

  it('lets no name of a span reach the terminal as a control character', () => {
    const hostile = 'a\u001b[31mb\nc\u009b';
    const text = explanationText({
      span: hostile,
      traceId: '',
      spanId: '1',
      scope: hostile,
      opName: hostile,
      kind: undefined,
      conventions: [{ name: 'x', because: hostile }],
      fields: [{ callField: 'inputs', convention: 'x', from: [hostile] }],
      leftOver: [hostile],
      notes: [hostile],
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
