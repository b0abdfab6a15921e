import { describe, expect, it } from '@jest/globals';
import { silentLog } from '../../src/core/log.ts';
import { createReadableSpanDecoder } from '../../src/decode/readable-span.ts';
import type { ReadableSpanLike } from '../../src/decode/readable-span-like.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { createLiveCall } from '../../src/otel/live-call.ts';
import { createMasker } from '../../src/otel/mask.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { readableSpan } from '../support/readable-span.ts';
import { type CallJson, PROJECT } from '../support/spans.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const ATTRIBUTES = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5', secret: 'hush' };

/** A span that runs: it has no end yet. */
const running = readableSpan(1, ATTRIBUTES, { startTime: [NOW / 1000 - 10, 1000], endTime: [0, 0] });

function liveCall(span: ReadableSpanLike, ended: boolean, defaultProject: typeof PROJECT | null = PROJECT) {
  const toCall = createLiveCall(
    {
      decode: createReadableSpanDecoder(),
      prepare: createMasker((value) => (value === 'hush' ? '***' : value), silentLog),
      map: createMapper({ version: '1.2.3' }),
      clock: createFakeClock({ startMs: NOW }),
    },
    { defaultProject },
  );
  const call = toCall(span, ended);
  return call && (JSON.parse(call.json.toString()) as CallJson);
}

describe('the call of a span that runs', () => {
  it('has what is known by now, masked', () => {
    expect(liveCall(running, false)).toMatchObject({
      project_id: 'team/app',
      id: '0000000000000001',
      op_name: 'span 1',
      started_at: '2026-11-20T11:59:50.000001Z',
      attributes: { kind: 'llm', model: 'gpt-5', secret: '***' },
    });
  });

  it('that is cut off ends now, with an exception that says why', () => {
    expect(liveCall(running, true)).toMatchObject({
      started_at: '2026-11-20T11:59:50.000001Z',
      ended_at: '2026-11-20T12:00:00.000000Z',
      exception: 'The process stopped before this span ended.',
      summary: { status_counts: { success: 0, error: 1 } },
    });
  });

  it.each([
    ['has no project', running, null],
    ['has no ids', readableSpan(0), PROJECT],
    ['is none at all', {} as ReadableSpanLike, PROJECT],
  ])('is not made where the span %s', (_why, span, project) => {
    expect(liveCall(span, false, project)).toBeUndefined();
  });
});
