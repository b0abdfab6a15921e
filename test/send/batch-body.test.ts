import { describe, expect, it } from '@jest/globals';
import { batchBody, ENVELOPE_BYTES } from '../../src/send/batch-body.ts';
import { sampleCalls } from './samples.ts';

describe('batchBody', () => {
  it.each([0, 1, 2, 500])('is the JSON of %i calls, byte for byte', (count) => {
    const calls = sampleCalls(count);
    const body = batchBody(calls);
    expect(body.toString()).toBe(`{"batch":[${calls.map((call) => call.json.toString()).join(',')}]}`);
  });

  it('keeps characters of several bytes whole', () => {
    const [call] = sampleCalls(1);
    if (call === undefined) throw new Error('no call');
    const text = JSON.stringify({ id: '日本語 🙂' });
    expect(batchBody([{ ...call, json: Buffer.from(text) }]).toString()).toBe(`{"batch":[${text}]}`);
  });

  it('is as long as its envelope, its calls and their commas', () => {
    const calls = sampleCalls(3);
    const lengths = calls.reduce((sum, call) => sum + call.json.length, 0);
    expect(batchBody(calls)).toHaveLength(ENVELOPE_BYTES + lengths + 2);
  });
});
