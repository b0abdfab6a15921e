/**
 * The contracts between the stages. A stage imports these and nothing of another stage;
 * `pipeline/` and `service/` put the parts together.
 */
import type { Account } from './accounts.ts';
import type { Call, ProjectId } from './call.ts';
import type { Span, SpanId, TraceId } from './span.ts';

export type Encoding = 'protobuf' | 'json';
export type Signal = 'traces' | 'logs';

/** One OTLP export request as it came (after decompression), already checked. */
export interface RawRequest {
  readonly signal: Signal;
  readonly encoding: Encoding;
  /** Where spans go whose resource names no project of its own; null: to the configured project. */
  readonly project: ProjectId | null;
  /** True: all spans go to `project`, since the sender's key says so. */
  readonly pinned?: boolean;
  /** Whose W&B key the calls are delivered with; left out: the bridge's own. */
  readonly account?: Account;
  /** How many spans of it are valid: what the counters call accepted. */
  readonly spans: number;
  /** Of a request that comes out of the dead letters: which of its spans are to be delivered. The others have been. */
  readonly only?: readonly SpanId[];
  readonly body: Uint8Array;
}

/** What became of a request offered to `Accept`. Every way out but `accepted` leaves nothing behind. */
export type AcceptOutcome =
  | { readonly status: 'accepted' }
  /** The queue is at its limit. The sender should come again. */
  | { readonly status: 'full'; readonly retryAfterMs: number }
  /** The bridge is stopping, or its disk failed: nothing wrong with the request. */
  | { readonly status: 'unavailable'; readonly message: string; readonly retryAfterMs: number };

/** Takes a checked request into the bridge. Resolves `accepted` only when the request is durable. */
export type Accept = (request: RawRequest) => Promise<AcceptOutcome>;

/** A stored request. `id` grows with the order of arrival and is never used twice in one queue. */
export interface QueueEntry extends RawRequest {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /** Why its body is not to be trusted: nothing may be delivered of it. */
  readonly damaged?: string;
}

/** A span that Weave refused for good, or that could not be mapped. */
export interface DeadSpan {
  /** Empty where the request as a whole could no longer be read: then it stands for all of its spans. */
  readonly spanId: SpanId | '';
  /** What Weave said, or what went wrong. Never a payload. */
  readonly reason: string;
}

/** A call that Weave has accepted, and a rule that it meets: there is something to be done about the call. */
export interface Trigger {
  readonly project: ProjectId;
  readonly callId: SpanId;
  readonly traceId: TraceId;
  /** The name of the rule. */
  readonly rule: string;
  /** Another one for each change of what the rule does. */
  readonly version: string;
  /** When Weave had accepted the call: milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /** Of a job rule: the body of the request about this call, as JSON text. */
  readonly request: string | null;
}

/** A trigger on disk. `id` grows with the order in which they were written. */
export interface StoredTrigger extends Trigger {
  readonly id: number;
}

/** Triggers that were written together with the end of their entry, and wait to be taken over by whoever acts on them. */
export interface Outbox {
  /** The oldest ones. */
  read(max: number): readonly StoredTrigger[];
  /** Forgets those up to this id. A crash right after may bring them back. */
  forget(throughId: number): void;
  /** Resolves when there may be some, or when the signal aborts, or the queue closes. */
  ready(signal: AbortSignal): Promise<void>;
}

/**
 * The end of an entry: what was not delivered of it is written to the dead letters, and its triggers to the outbox,
 * in the same transaction. A queue without a disk keeps neither.
 */
export interface Settled {
  readonly id: number;
  readonly dead: readonly DeadSpan[];
  readonly triggers?: readonly Trigger[];
}

export interface QueueDepth {
  /** Entries stored and not yet settled, claimed ones included. */
  readonly entries: number;
  readonly spans: number;
  /** Sum of the bodies. */
  readonly bytes: number;
  /** How many of the entries are claimed now. */
  readonly claimed: number;
  /** How many of the entries are parked now. */
  readonly parked: number;
}

/**
 * A first-in, first-out store of accepted requests. Claims live in memory only, and so does what is parked:
 * what was not settled when the process died is there again at the next start.
 * Nothing of it throws for a full or broken store: what cannot be written or read now is tried again later.
 */
export interface Queue {
  /** Resolves when the request is durable (disk) or held (memory). */
  put(request: RawRequest): Promise<AcceptOutcome>;
  /** The oldest unclaimed entries: as many as fit into maxBytes, but at least one if there is any. */
  claim(maxBytes: number): readonly QueueEntry[];
  /** Forgets entries for good; writes the dead letters of those that have any. */
  settle(settled: readonly Settled[]): void;
  /** Hands claimed entries back; they are claimed again in their old order. */
  release(ids: readonly number[]): void;
  /** Sets claimed entries aside under a name: nobody claims them until they are unparked. */
  park(ids: readonly number[], under: string): void;
  /** Hands back what was parked first under this name: as much as fits into maxBytes, but at least one entry if there is any. */
  unpark(under: string, maxBytes: number): void;
  /** The names under which entries are parked now; the one that was unparked last comes last. */
  parkedUnder(): Iterable<string>;
  /** Claims those of these entries that are parked under this name. */
  recall(ids: Iterable<number>, under: string): readonly QueueEntry[];
  /** Resolves when there may be something to claim, or when the signal aborts, or the queue closes. */
  ready(signal: AbortSignal): Promise<void>;
  depth(): QueueDepth;
  /** Waits for puts under way; later puts are `unavailable`. Safe to call twice. */
  close(): Promise<void>;
}

/** A span and the project that its call belongs to. */
export interface RoutedSpan {
  readonly span: Span;
  readonly project: ProjectId;
}

/** What a request's spans became. */
export interface MappedSpans {
  /** One call a span, in the same order, but for those that `map.keep` and `map.exclude` leave out. */
  readonly calls: readonly Call[];
  /** How many spans were left out on purpose. */
  readonly filtered: number;
  /** Calls, by their place in `calls`, that say nothing: log records may hold what their span leaves out. */
  readonly lacking: readonly { readonly call: number; readonly span: RoutedSpan }[];
  /**
   * Where there are any: calls of earlier requests, written anew. They had counted tokens that spans of this request state
   * themselves, their parent is left out, or they are not left out after all. Sent like the others they replace what Weave
   * has, since project, id and started_at are the same. They say what is known when this is called: so it is to be called
   * when what is under way has been sent.
   */
  readonly corrections: (() => readonly Call[]) | undefined;
}

/**
 * Turns spans into calls. Never throws; the same spans give the same bytes. It is handed all spans of a request at once,
 * so that a parent that repeats its children's token usage is seen as such.
 */
export type MapSpans = (spans: readonly RoutedSpan[]) => MappedSpans;

/** What counting the tokens of a trace has to know of a span. */
export interface CountedSpan {
  readonly span: Pick<Span, 'traceId' | 'spanId' | 'parentSpanId'>;
  /** What it states, if anything that may be counted. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
  /** True for a span that is itself one request to a model; false for those that stand for several. */
  readonly isModelCall: boolean;
  /** A span above states these tokens too, in a sum: they count here only where no other span of its line states any. */
  readonly isStandIn?: true;
  /** What it is a run of, if so: model calls below it are its own, and not those of a model call that asked for the run. */
  readonly runs?: 'tool' | 'agent';
  readonly responseId: string | undefined;
}

/** Keeps counted spans across a restart, so that a parent that comes later is still known to repeat them. */
export interface TraceMemory {
  /** The spans of earlier processes, oldest first; handed out once. */
  recall(): readonly CountedSpan[];
  /** Never throws. */
  remember(spans: readonly CountedSpan[]): void;
  close(): void;
}

/** What became of the calls handed to `Deliver`. */
export interface Delivery {
  /** Calls that Weave answered 2xx for. */
  readonly delivered: number;
  /** Calls that Weave refused for good. */
  readonly dead: readonly DeadSpan[];
  /** True where some calls have no end yet: the entry goes back to the queue. */
  readonly released: boolean;
  /** Comes with `released` where Weave takes nothing now, and not where the bridge stops: what to park the entry under. */
  readonly blockedBy?: string | undefined;
  /** What the delivered calls trigger, where there are rules. */
  readonly triggers?: readonly Trigger[];
}

/**
 * Sends calls, batched with others of the same project. Resolves when each has been accepted, refused for good or released.
 * `acceptedAtMs` (since the epoch) is when their request came in: calls are not tried for ever.
 */
export type Deliver = (calls: readonly Call[], acceptedAtMs: number) => Promise<Delivery>;
