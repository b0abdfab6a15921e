import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import type { SpanId } from '../../src/core/span.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { type Context, rewriteCall } from '../../src/map/rewrite-call.ts';
import { MAX_CALL_BYTES } from '../../src/map/shorten.ts';
import { type Usage, usageSummary } from '../../src/map/usage.ts';
import { PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const usage: Usage = { model: 'status_counts', inputTokens: 5, outputTokens: 1, totalTokens: 6 };
const counted: Context = { parentId: '', usage: usageSummary(usage, false) as Context['usage'], repeated: undefined };
const repeated: Context = { parentId: '', usage: undefined, repeated: usage };
const moved: Context = { parentId: '00000000000000aa' as SpanId, usage: undefined, repeated: undefined };
const plain: Context = { parentId: '', usage: undefined, repeated: undefined };

function callOf(attributes: NonNullable<SpanSpec['attributes']>): Call {
  const [call] = createMapper({ version: '0' })([{ span: spanOf({ attributes }), project: PROJECT }]).calls;
  if (!call) throw new Error('no call');
  return call;
}

const parse = (call: Call) => JSON.parse(call.json.toString());

/** [what, attributes] of spans whose texts look like the places that are looked for. */
const SPANS: readonly (readonly [string, NonNullable<SpanSpec['attributes']>])[] = [
  ['a plain span', {}],
  [
    'one that has such fields itself',
    { parent_id: 'x', summary: { status_counts: { success: 1 } }, usage_repeated: 7 },
  ],
  [
    'one whose texts look like them',
    { 'input.value': '"parent_id":null,"status_counts":{"success":', ä: '☃'.repeat(9) },
  ],
];

describe('a call written anew', () => {
  describe.each(SPANS)('of %s', (_what, attributes) => {
    const call = callOf(attributes);
    it.each([
      ['counts', counted],
      ['repeats', repeated],
      ['has another parent', moved],
    ])('%s, and is what it was when it does not any more', (_name, context) => {
      const changed = rewriteCall(call, plain, context);
      const { attributes: ours, summary, parent_id, ...rest } = parse(changed);
      const { attributes: before, summary: _summary, parent_id: _parent, ...same } = parse(call);
      expect(rest).toEqual(same);
      expect(parent_id).toBe(context.parentId || null);
      expect(summary).toEqual({
        ...(context.usage && { usage: context.usage }),
        status_counts: { success: 1, error: 0 },
      });
      expect(ours).toEqual({ ...before, ...(context.repeated && { usage_repeated: usageSummary(usage, false) }) });
      expect(changed.json.subarray(changed.summaryAt).toString()).toMatch(/^,"summary":\{/);
      expect(rewriteCall(changed, context, plain)).toEqual(call);
    });
  });

  it('of which something was cut out stays below the limit', () => {
    const call = callOf({ 'input.value': 'x'.repeat(5_000_000) });
    expect(call.summaryAt).toBeUndefined();
    const changed = rewriteCall(call, plain, { ...repeated, parentId: moved.parentId });
    const { attributes, parent_id, summary } = parse(changed);
    expect(changed.json.length).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(parent_id).toBe(moved.parentId);
    expect(summary).toEqual({ status_counts: { success: 1, error: 0 } });
    expect(attributes).toMatchObject({
      usage_repeated: usageSummary(usage, false),
      otel_weave_bridge: parse(call).attributes.otel_weave_bridge,
    });
    expect(parse(rewriteCall(changed, repeated, counted)).summary.usage).toEqual(counted.usage);
  });
});
