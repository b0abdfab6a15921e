import { describe, expect, it } from '@jest/globals';
import { headAndTail, MAX_CALL_BYTES, shortenCall } from '../../src/map/shorten.ts';
import { J, mapOne } from '../support/spans.ts';

const MIB = 1024 * 1024;
const call = (extra: Record<string, unknown>) => J({ id: 'x', attributes: {}, inputs: {}, output: null, ...extra });

describe('a call that is too large', () => {
  it('stays as it is where it is not', () => {
    const json = call({ output: 'a'.repeat(MIB) });
    expect(shortenCall(json)).toEqual({ text: json, cuts: 0 });
  });

  it.each([
    ['one long text', { output: 'a'.repeat(8 * MIB) }, 1],
    ['a long text that escapes to more', { output: '"\n'.repeat(4 * MIB) }, 1],
    ['a long text in another alphabet', { output: '語'.repeat(4 * MIB) }, 1],
    [
      'several long texts',
      { inputs: { a: 'a'.repeat(3 * MIB), b: 'b'.repeat(3 * MIB) }, output: 'c'.repeat(100_000) },
      2,
    ],
    ['vectors', { otel_dump: { vector: Array.from({ length: 400_000 }, (_, at) => at / 7), text: 'short' } }, 1],
    [
      'lists of vectors',
      { otel_dump: { vectors: Array.from({ length: 300 }, () => Array.from({ length: 1536 }, (_, at) => at / 7)) } },
      301,
    ],
    ['thousands of medium texts', { inputs: { list: Array.from({ length: 3_000 }, () => 'x'.repeat(2_000)) } }, 3_000],
  ])('fits after shortening %s', (_what, extra, texts) => {
    const short = shortenCall(call(extra));
    expect(Buffer.byteLength(short.text)).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(short.cuts).toBe(texts);
    const record = JSON.parse(short.text);
    expect(record.attributes.otel_weave_bridge.truncated.length).toBe(Math.min(texts, 50));
    expect(record.id).toBe('x');
  });

  it('loses the middle of the longest text and leaves the short ones whole', () => {
    const record = JSON.parse(
      shortenCall(call({ inputs: { short: 's'.repeat(50_000) }, output: `HEAD${'a'.repeat(8 * MIB)}TAIL` })).text,
    );
    expect(record.output).toMatch(/^HEADa+\n… \[\d+ characters left out by otel-weave-bridge\] …\na+TAIL$/);
    expect(record.inputs.short).toHaveLength(50_000);
    expect(record.attributes.otel_weave_bridge.truncated).toEqual([
      { path: 'output', length: 8 * MIB + 8, kept: record.output.length },
    ]);
  });

  it('keeps the digits of nanoseconds', () => {
    const json = `{"attributes":{},"otel_dump":{"timestamp":1795160680123456789},"output":"${'a'.repeat(5 * MIB)}"}`;
    expect(shortenCall(json).text).toContain('"timestamp":1795160680123456789');
  });

  it('cuts no character in half', () => {
    for (let limit = 200; limit < 210; limit++) expect(headAndTail('😀'.repeat(1000), limit).isWellFormed()).toBe(true);
  });

  it('is what the mapper hands on', () => {
    const prompt = 'p'.repeat(9 * MIB);
    const mapped = mapOne({
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': J([{ role: 'user', content: prompt }]) },
    });
    expect(Buffer.byteLength(J(mapped))).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(mapped['inputs'].messages[0].content).toContain('characters left out');
    expect(mapped['attributes'].otel_weave_bridge.truncated.map((one: { path: string }) => one.path).sort()).toEqual([
      'inputs.messages.0.content',
      'otel_dump.attributes.gen_ai.input.messages.0.content',
    ]);
  });
});
