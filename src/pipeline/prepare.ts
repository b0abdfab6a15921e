import type { Account } from '../core/accounts.ts';
import type { Call, ProjectId } from '../core/call.ts';
import { messageOf } from '../core/errors.ts';
import { type Lane, laneOf } from '../core/lane.ts';
import type { DeadSpan, Encoding, MappedSpans, MapSpans, QueueEntry, RoutedSpan } from '../core/ports.ts';
import { routeSpans } from '../core/route.ts';
import type { SpanId } from '../core/span.ts';
import type { DecodedRequest, Invalid } from '../decode/outcome.ts';
import type { Content } from './content.ts';

const NO_PROJECT = 'no project: set WEAVE_PROJECT (weave.project), or wandb.entity and wandb.project on the resource';

export type Decode = (body: Uint8Array, encoding: Encoding) => Pick<DecodedRequest, 'status' | 'spans'> | Invalid;

export interface PrepareDeps {
  readonly decode: Decode;
  readonly map: MapSpans;
  readonly content: Pick<Content, 'discard'>;
  /** What keeps calls of this lane from being sent now, if anything. */
  readonly blockerOf: (lane: Lane) => string | undefined;
}

export interface PrepareSettings {
  /** For spans whose resource and request name no project. */
  readonly defaultProject: ProjectId | null;
}

/** What a request became: its calls, and the spans of it that cannot become one. */
export interface Prepared extends MappedSpans {
  readonly status: 'prepared';
  readonly dead: readonly DeadSpan[];
  /** How many spans `dead` stands for. */
  readonly deadSpans: number;
}

/** A request of which nothing can be sent now. */
export interface Blocked {
  readonly status: 'blocked';
  readonly by: string;
}

/** Turns a stored request into calls: decode ─> route ─> map. Never throws. */
export function createPrepare(deps: PrepareDeps, settings: PrepareSettings): (entry: QueueEntry) => Prepared | Blocked {
  const { decode, map, content } = deps;

  /** What is in the way, where it is in the way of every project of these spans. */
  function blockerOf(routed: readonly RoutedSpan[], account: Account | undefined): string | undefined {
    let by: string | undefined;
    for (const project of new Set(routed.map((span) => span.project))) {
      by = deps.blockerOf(laneOf({ projectId: project, account }));
      if (by === undefined) return undefined;
    }
    return by;
  }

  return (entry) => {
    if (entry.damaged !== undefined) return unreadable(entry, entry.damaged);
    try {
      const decoded = decode(entry.body, entry.encoding);
      if (decoded.status === 'invalid') return unreadable(entry, decoded.message);
      const { routed, homeless } = routeSpans(decoded.spans, entry.project ?? settings.defaultProject, entry.pinned);
      const isWanted = wantedOf(entry);
      const by = blockerOf(
        routed.filter(({ span }) => isWanted(span.spanId)),
        entry.account,
      );
      if (by !== undefined) return { status: 'blocked', by };
      // They were rejected when they came, and not accepted, save where the configured project is gone since.
      const taken = entry.only
        ? homeless.filter(({ spanId }) => isWanted(spanId))
        : homeless.slice(0, Math.max(0, entry.spans - routed.length));
      const dead = taken.map(({ spanId }) => ({ spanId, reason: NO_PROJECT }));
      const mapped = withAccount(map(routed), entry.account);
      content.discard(routed, mapped);
      const chosen = entry.only ? onlyWanted(mapped, isWanted, entry.spans - dead.length) : mapped;
      return { status: 'prepared', ...chosen, dead, deadSpans: dead.length };
    } catch (thrown) {
      return unreadable(entry, messageOf(thrown));
    }
  };
}

/** Also for corrections of earlier calls: what a sender brings about is done with its own key, or not at all. */
function withAccount(mapped: MappedSpans, account: Account | undefined): MappedSpans {
  if (account === undefined) return mapped;
  const stamp = (calls: readonly Call[]) => calls.map((call) => ({ ...call, account }));
  const { calls, corrections } = mapped;
  return { ...mapped, calls: stamp(calls), corrections: corrections && (() => stamp(corrections())) };
}

function wantedOf({ only }: QueueEntry): (id: SpanId) => boolean {
  const wanted = only && new Set(only);
  return (id) => wanted?.has(id) ?? true;
}

/**
 * Of a request that is tried again the calls that Weave has not. They are mapped together with the others all the same,
 * so that they come out as the first time. `left` is how many spans must come to an end.
 */
function onlyWanted(mapped: MappedSpans, isWanted: (id: SpanId) => boolean, left: number): MappedSpans {
  const calls = mapped.calls.filter(({ id }) => isWanted(id));
  const place = new Map(calls.map((call, at) => [call, at]));
  const lacking = mapped.lacking.flatMap(({ call, span }) => {
    const lacks = mapped.calls[call];
    const at = lacks && place.get(lacks);
    return at === undefined ? [] : [{ call: at, span }];
  });
  return { ...mapped, calls, lacking, filtered: Math.max(0, left - calls.length) };
}

function unreadable(entry: QueueEntry, message: string): Prepared {
  const reason = `the stored request can no longer be turned into calls: ${message}`;
  const none = { calls: [], lacking: [], corrections: undefined, filtered: 0 };
  return { status: 'prepared', ...none, dead: [{ spanId: '', reason }], deadSpans: entry.spans };
}
