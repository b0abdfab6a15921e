import type { AppSettings } from '../config/app-options.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { createMapper } from '../map/map-spans.ts';
import { createLive, type Live } from '../otel/live.ts';
import { createLiveCall, type LiveCallDeps } from '../otel/live-call.ts';
import { createFallback } from '../send/fallback.ts';
import { createLimit } from '../send/limit.ts';
import type { WeaveClient } from '../send/weave-client.ts';
import { VERSION } from '../version.ts';
import { CONCURRENCY, RECHECK_ROUTE_MS } from './client.ts';

export interface AppLiveDeps extends Pick<LiveCallDeps, 'decode' | 'prepare'> {
  /** Asked of a span that is about to be shown; undefined: all are. */
  readonly isWanted: ((span: ReadableSpanLike) => boolean) | undefined;
  readonly client: WeaveClient;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AppLive extends Live {
  /** Cuts short what is under way, and shows nothing more. */
  stop(): void;
}

/** Live calls over Weave's start and end. Each is one attempt: the complete call says all of it again. Undefined where none are wanted. */
export function startLive(deps: AppLiveDeps, settings: AppSettings): AppLive | undefined {
  const { liveAfterMillis: afterMs } = settings;
  if (afterMs === null) return undefined;
  const { client, decode, prepare, isWanted, clock, log } = deps;
  const stopping = new AbortController();
  const recheck = { recheckMs: RECHECK_ROUTE_MS };
  const start = createFallback({ complete: client.start, upsertBatch: client.olderStart, clock, log }, recheck);
  const end = createFallback({ complete: client.end, upsertBatch: client.olderEnd, clock, log }, recheck);
  const limitedEnd = createLimit({ concurrency: CONCURRENCY })(end);
  const map = createMapper({ version: VERSION, captureContent: settings.captureContent });
  const toCall = createLiveCall({ decode, prepare, map, clock }, { defaultProject: settings.project });
  const live = createLive(
    {
      toCall: (span, ended) => (ended || isWanted === undefined || isWanted(span) ? toCall(span, ended) : undefined),
      start: (call) => attempt(start, call),
      end: (call) => attempt(limitedEnd, call),
      clock,
    },
    { afterMs },
  );

  async function attempt(send: typeof start, call: Call): Promise<void> {
    const outcome = await send(call.projectId, [call], stopping.signal);
    if (outcome.status !== 'accepted' && outcome.status !== 'aborted')
      log.warn('Weave did not take the start or the end of a live call.', { reason: outcome.reason });
  }

  return {
    ...live,
    stop() {
      live.stop();
      stopping.abort();
    },
  };
}
