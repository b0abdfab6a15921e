import type { Call, ProjectId } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { MapSpans } from '../core/ports.ts';
import { routeSpans } from '../core/route.ts';
import { type Span, STATUS_ERROR } from '../core/span.ts';
import type { DecodedSpan } from '../decode/readable-span.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';

const CUT_OFF = 'The process stopped before this span ended.';

export interface LiveCallDeps {
  readonly decode: (span: ReadableSpanLike) => DecodedSpan;
  readonly prepare: (span: Span) => Span;
  /** One of its own: a span that runs must not count as seen. */
  readonly map: MapSpans;
  readonly clock: Clock;
}

/** Makes the function that turns a span that still runs into a call; with `ended` into one that was cut off just now. */
export function createLiveCall(
  deps: LiveCallDeps,
  settings: { readonly defaultProject: ProjectId | null },
): (span: ReadableSpanLike, ended: boolean) => Call | undefined {
  return (source, ended) => {
    try {
      const decoded = deps.decode(source);
      if (decoded.status === 'rejected') return undefined;
      const span = deps.prepare(ended ? cutOff(decoded.span, deps.clock.now()) : decoded.span);
      return deps.map(routeSpans([span], settings.defaultProject).routed).calls[0];
    } catch {
      return undefined; // Not a span that can be read while it runs: it is sent when it has ended.
    }
  };
}

function cutOff(span: Span, nowMs: number): Span {
  return { ...span, endNs: BigInt(Math.trunc(nowMs)) * 1_000_000n, status: { code: STATUS_ERROR, message: CUT_OFF } };
}
