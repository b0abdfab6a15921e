import type { AttributesLike, ReadableSpanLike } from '../../src/decode/readable-span-like.ts';

export const RESOURCE = { attributes: { 'service.name': 'shop' } };
const SCOPE = { name: 'test' };

/** A finished span as the SDK hands it over; `n` makes its ids. */
export function readableSpan(
  n: number,
  attributes: AttributesLike = {},
  changes: Partial<ReadableSpanLike> = {},
): ReadableSpanLike {
  const context = { traceId: 'a'.repeat(32), spanId: n.toString(16).padStart(16, '0'), traceFlags: 1 };
  return {
    name: `span ${n}`,
    kind: 0,
    spanContext: () => context,
    startTime: [1_795_160_680, n],
    endTime: [1_795_160_681, n],
    status: { code: 0 },
    attributes,
    events: [],
    links: [],
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    ...changes,
  };
}
