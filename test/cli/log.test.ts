import { describe, expect, it } from '@jest/globals';
import { createLog, type LogSettings } from '../../src/cli/log.ts';

function linesOf(settings: LogSettings): string[] {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), settings);
  log.debug('one');
  log.info('two', { spans: 3, project: 'a/b' });
  log.warn('three');
  log.error('four', { reason: 'x' });
  return lines;
}

describe('the log', () => {
  it('writes one JSON object a line', () => {
    const lines = linesOf({ level: 'debug', format: 'json' }).map((line) => JSON.parse(line));
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['debug', 'one'],
      ['info', 'two'],
      ['warn', 'three'],
      ['error', 'four'],
    ]);
    expect(lines[1]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: 'two',
      spans: 3,
      project: 'a/b',
    });
  });

  it('writes plain lines for a person', () => {
    const lines = linesOf({ level: 'info', format: 'text' });
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d/, 'TIME'))).toEqual([
      'TIME info  two spans=3 project=a/b\n',
      'TIME warn  three\n',
      'TIME error four reason=x\n',
    ]);
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('at level %s it writes %d of four', (level, count) =>
    expect(linesOf({ level, format: 'json' })).toHaveLength(count),
  );
});
