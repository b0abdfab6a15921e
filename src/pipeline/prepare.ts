import type { ProjectId } from './core/call.ts';
import { messageOf } from './core/errors.ts';
import type { DeadSpan, Encoding, MappedSpans, MapSpans, QueueEntry, RoutedSpan } from './core/ports.ts';
import { routeSpans } from './core/route.ts';
import type { DecodedRequest, Invalid } from './decode/outcome.ts';
import type { Content } from './pipeline-content.ts';

const NO_PROJECT = 'no project any more: set weave.project (WEAVE_PROJECT)';

export type Decode = (body: Uint8Array, encoding: Encoding) => Pick<DecodedRequest, 'status' | 'spans'> | Invalid;

export interface PrepareDeps {
  readonly decode: Decode;
  readonly map: MapSpans;
  readonly content: Pick<Content, 'discard'>;
  /** What keeps calls of this project from being sent now, if anything. */
  readonly blockerOf: (project: ProjectId) => string | undefined;
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
  function blockerOf(routed: readonly RoutedSpan[]): string | undefined {
    let by: string | undefined;
    for (const project of new Set(routed.map((span) => span.project))) {
      by = deps.blockerOf(project);
      if (by === undefined) return undefined;
    }
    return by;
  }

  return (entry) => {
    try {
      const decoded = decode(entry.body, entry.encoding);
      if (decoded.status === 'invalid') return unreadable(entry, decoded.message);
      const { routed, homeless } = routeSpans(decoded.spans, entry.project ?? settings.defaultProject);
      const by = blockerOf(routed);
      if (by !== undefined) return { status: 'blocked', by };
      // They were rejected when they came, and not accepted, save where the configured project is gone since.
      const taken = homeless.slice(0, Math.max(0, entry.spans - routed.length));
      const dead = taken.map(({ spanId }) => ({ spanId, reason: NO_PROJECT }));
      const mapped = map(routed);
      content.discard(routed, mapped);
      return { status: 'prepared', ...mapped, dead, deadSpans: dead.length };
    } catch (thrown) {
      return unreadable(entry, messageOf(thrown));
    }
  };
}

function unreadable(entry: QueueEntry, message: string): Prepared {
  const reason = `the stored request can no longer be turned into calls: ${message}`;
  const none = { calls: [], lacking: [], corrected: [], filtered: 0 };
  return { status: 'prepared', ...none, dead: [{ spanId: '', reason }], deadSpans: entry.spans };
}
