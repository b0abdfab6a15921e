import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CountedSpan } from '../../src/core/ports.ts';
import { MAX_FILE_BYTES, openTraceMemory } from '../../src/queue/trace-memory.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';

const span = (n: number, more: Partial<CountedSpan> = {}): CountedSpan => ({
  span: { traceId: 'a'.repeat(32), spanId: String(n).padStart(16, '0'), parentSpanId: '' } as CountedSpan['span'],
  usage: undefined,
  isModelCall: false,
  responseId: undefined,
  ...more,
});
const SPANS = [
  span(1),
  span(2, { usage: { inputTokens: 5, outputTokens: 0 }, isModelCall: true, responseId: 'r"\n1' }),
  span(3, { usage: { inputTokens: 5, outputTokens: 7.5 } }),
  span(4, { runs: 'tool' }),
  span(5, { runs: 'agent', usage: { inputTokens: 1, outputTokens: 2 } }),
  span(6, { usage: { inputTokens: 1, outputTokens: 2 }, isModelCall: true, isStandIn: true }),
  span(7, { usage: { inputTokens: 1, outputTokens: 2 }, isModelCall: true, isStandIn: true, responseId: 'r1' }),
];

describe('the memory of traces', () => {
  let dir: string;
  let log: RecordingLog;
  const open = () => openTraceMemory(dir, { log });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'traces-'));
    log = recordingLog();
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('hands out what earlier processes have remembered, also those that were killed, and once', () => {
    open().remember(SPANS.slice(0, 2));
    const second = open(); // the first one was never closed
    expect(second.recall()).toEqual(SPANS.slice(0, 2));
    expect(second.recall()).toEqual([]);
    second.remember(SPANS.slice(2));
    second.close();
    expect(open().recall()).toEqual(SPANS);
  });

  it('passes over a line that a kill has cut off, and nothing else', () => {
    open().remember(SPANS.slice(0, 1));
    appendFileSync(join(dir, 'traces.jsonl'), '["aaa","b');
    const next = open();
    expect(next.recall()).toEqual(SPANS.slice(0, 1));
    next.remember(SPANS.slice(1));
    expect(open().recall()).toEqual(SPANS);
    expect(log.lines).toEqual([]);
  });

  it('tells of a file that holds something else', () => {
    writeFileSync(join(dir, 'traces.jsonl'), 'hello\n{}\n["a",1,2]\n');
    expect(open().recall()).toEqual([]);
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ lines: 3 }) }),
    ]);
  });

  it('keeps the younger ones in two files of a bounded size that only their owner may read', () => {
    const memory = open();
    const many = Array.from({ length: 1000 }, (_, n) => span(n));
    for (let round = 0; round < 300; round += 1) memory.remember(many);
    memory.remember([span(7777)]);
    memory.close();
    for (const name of readdirSync(dir)) {
      const { size, mode } = statSync(join(dir, name));
      expect(size).toBeLessThan(MAX_FILE_BYTES + 100_000);
      expect(mode & 0o077).toBe(0);
    }
    expect(readdirSync(dir)).toHaveLength(2);
    const recalled = open().recall();
    expect(recalled.length).toBeGreaterThan(80_000);
    expect(recalled.at(-1)).toEqual(span(7777));
  });

  it('goes on without when it cannot write, and says so once', () => {
    const memory = open();
    memory.remember(SPANS);
    memory.close();
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
    const after = open();
    after.remember(SPANS);
    after.remember(SPANS);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('goes on to keep them when it can write again, and says so', () => {
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
    const memory = open();
    memory.remember(SPANS.slice(0, 1));
    rmSync(dir);
    mkdirSync(dir);
    memory.remember(SPANS.slice(1));
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(open().recall()).toEqual(SPANS.slice(1));
    memory.close();
    memory.remember(SPANS);
    expect(open().recall()).toHaveLength(SPANS.length - 1);
  });

  it('holds no content: ids and counts', () => {
    const memory = open();
    memory.remember(SPANS);
    expect(readFileSync(join(dir, 'traces.jsonl'), 'utf8')).toBe(
      [
        `["${'a'.repeat(32)}","0000000000000001","",""]`,
        `["${'a'.repeat(32)}","0000000000000002","","",5,0,true,"r\\"\\n1"]`,
        `["${'a'.repeat(32)}","0000000000000003","","",5,7.5,false]`,
        `["${'a'.repeat(32)}","0000000000000004","","tool"]`,
        `["${'a'.repeat(32)}","0000000000000005","","agent",1,2,false]`,
        `["${'a'.repeat(32)}","0000000000000006","","",1,2,true,"",true]`,
        `["${'a'.repeat(32)}","0000000000000007","","",1,2,true,"r1",true]`,
        '',
      ].join('\n'),
    );
    memory.close();
  });
});
