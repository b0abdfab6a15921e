import { type ProjectId, projectOfResource } from '../core/call.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Queue, RawRequest } from '../core/ports.ts';
import type { Span } from '../core/span.ts';
import type { DecodedSpan } from '../decode/readable-span.ts';
import type { ReadableSpanLike, ResourceLike } from '../decode/readable-span-like.ts';
import { writeSpans } from './otlp-writer.ts';
import { createWaitingSpans } from './waiting-spans.ts';

/** Spans of one stored request: a millisecond of work, later, for which the app has to wait. */
const MAX_SPANS = 16;
/** As estimated; a single span may be larger. */
const MAX_REQUEST_BYTES = 256 * 1024;
/** So many spans may wait that have not been measured: fewer where the first of them were large. */
export const MAX_UNSEEN = 256;
/** How long the event loop may be kept busy before others get their turn. */
const SLICE_MS = 1;
/** A detector that takes longer leaves its attributes out. */
const RESOURCE_WAIT_MS = 5000;

const HOMELESS =
  'Spans are not sent to Weave: they have no project; set WEAVE_PROJECT to entity/project, or the option project, ' +
  'or wandb.entity and wandb.project on the resource.';

export interface IntakeDeps {
  readonly decode: (span: ReadableSpanLike) => DecodedSpan;
  /** Last changes to a span; must not throw. */
  readonly prepare: (span: Span) => Span;
  readonly put: Queue['put'];
  /** What the queue behind holds now. */
  readonly depth: Queue['depth'];
  readonly clock: Clock;
  readonly log: Log;
}

export interface IntakeSettings {
  /** Goes with what is stored: another process may deliver it. */
  readonly project: ProjectId | null;
  /** What becomes of spans that name no project where there is none: on disk they wait for somebody to give them one. */
  readonly homeless: 'stored' | 'rejected';
  /** How long a span waits for company. */
  readonly maxWaitMs: number;
  /** So many go on without waiting. */
  readonly enough: number;
  /** Bounds on what waits here and in the queue. */
  readonly maxSpans: number;
  readonly maxBytes: number;
}

/**
 * Takes finished spans, in no time; stores them as OTLP a little later, in slices that leave the event loop room:
 *
 *   add ─> waiting ─ time, or enough of them ─> decode ─> mask ─> OTLP ─> queue
 */
export interface Intake {
  /** Never throws. A span beyond the bounds is dropped and counted. */
  add(span: ReadableSpanLike): void;
  /** Measures what has been added. To be called whenever there is time: `add`, for which the app waits, need not do it then. */
  measure(): void;
  /** Resolves when all that was added before is in the queue. */
  flush(): Promise<void>;
  /** What waits, as requests, at once: for a process that ends now. Then nothing waits here any more. */
  takeAll(): readonly RawRequest[];
  /** In spans. */
  counts(): IntakeCounts;
}

export interface IntakeCounts {
  readonly waiting: number;
  /** For lack of room. */
  readonly dropped: number;
  /** That no call can be made of. */
  readonly rejected: number;
}

export function createIntake(deps: IntakeDeps, settings: IntakeSettings): Intake {
  const { clock, log } = deps;
  const waiting = createWaitingSpans();
  /** Taken out of `waiting` and not in the queue yet. */
  let storing = 0;
  /** What the queue held when it was last asked: since then only deliveries have changed it. */
  let stored = deps.depth();
  let dropped = 0;
  let rejected = 0;
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  /** Of those that wait, the run that is under way stores so many. */
  let due = 0;
  /** So many may be added before there is anything to look at: the app's own code waits for `add`, with cold caches. */
  let calm = 0;

  function isFull(): boolean {
    const spans = waiting.count() + storing + stored.spans;
    return spans >= settings.maxSpans || waiting.bytes() + stored.bytes >= settings.maxBytes;
  }

  function drop(spans: number): void {
    dropped += spans;
    // Without a number: it is said of the first one, and many may follow.
    log.warn('Spans are dropped: more end than may wait for Weave (maxQueueBytes, maxQueueSize). stats() counts them.');
  }

  /** Stores all that waits now. What comes meanwhile waits for company again. */
  function run(): Promise<void> {
    timer?.cancel();
    timer = undefined;
    due = waiting.count();
    running ??= storeDue();
    return running;
  }

  async function storeDue(): Promise<void> {
    await clock.yield();
    let sliceStartMs = clock.monotonic();
    while (due > 0 && waiting.count() > 0) {
      await resourcesReady(waiting.first()?.resource);
      await store(nextRequest());
      if (clock.monotonic() - sliceStartMs < SLICE_MS) continue;
      await clock.yield();
      sliceStartMs = clock.monotonic();
    }
    // In one go with the last look at what is due: what is asked for from now on starts another run.
    running = undefined;
    arrange();
  }

  async function resourcesReady(resource: ResourceLike | undefined): Promise<void> {
    if (!resource?.asyncAttributesPending) return;
    const ready = new AbortController();
    const found = async () => resource.waitForAsyncAttributes?.();
    const settled = found().catch(() => undefined);
    await Promise.race([settled.then(() => ready.abort()), clock.sleep(RESOURCE_WAIT_MS, ready.signal)]);
  }

  /** The oldest spans that wait, as many as fit into one request. */
  function nextRequest(): RawRequest | undefined {
    const taken = waiting.take(MAX_SPANS, MAX_REQUEST_BYTES);
    const spans = taken.flatMap((span) => decoded(span) ?? []);
    due -= taken.length;
    rejected += taken.length - spans.length;
    if (spans.length === 0) return undefined;
    const { project } = settings;
    return { signal: 'traces', encoding: 'protobuf', project, spans: spans.length, body: writeSpans(spans) };
  }

  function decoded(source: ReadableSpanLike): Span | undefined {
    try {
      const result = deps.decode(source);
      if (result.status === 'ok' && !isHomeless(result.span)) return deps.prepare(result.span);
      if (result.status === 'rejected') log.warn('A span cannot become a call.', { reason: result.reason });
      else log.warn(HOMELESS);
    } catch (thrown) {
      log.warn('A span cannot be read.', { reason: messageOf(thrown) });
    }
    return undefined;
  }

  function isHomeless({ resource }: Span): boolean {
    if (settings.homeless === 'stored' || settings.project !== null) return false;
    return projectOfResource(resource.attributes) === undefined;
  }

  async function store(request: RawRequest | undefined): Promise<void> {
    if (request === undefined) return;
    storing += request.spans;
    const outcome = await deps.put(request);
    storing -= request.spans;
    stored = deps.depth();
    switch (outcome.status) {
      case 'accepted':
        return;
      case 'full':
      case 'unavailable':
        return drop(request.spans);
    }
  }

  /** Sees to it that what waits is stored in time. */
  function arrange(): void {
    calm = 0;
    if (!running) {
      if (waiting.count() === 0) return;
      if (waiting.count() >= settings.enough || settings.maxWaitMs === 0) void run();
      else timer ??= clock.after(settings.maxWaitMs, () => void run());
    }
    calm = untilNextLook();
  }

  function untilNextLook(): number {
    const untilEnough = running ? Number.POSITIVE_INFINITY : settings.enough - 1 - waiting.count();
    const untilFull = settings.maxSpans - waiting.count() - storing - stored.spans;
    return Math.min(untilEnough, untilFull, roomForMore(), MAX_UNSEEN - waiting.unseen());
  }

  /** In spans, as large as those that wait are on average. */
  function roomForMore(): number {
    const bytes = waiting.bytes();
    const free = settings.maxBytes - bytes - stored.bytes;
    return bytes === 0 ? MAX_UNSEEN : Math.floor((free * waiting.count()) / bytes);
  }

  return {
    add(span) {
      if (calm > 0) {
        calm -= 1;
        waiting.add(span);
        return;
      }
      if (waiting.unseen() >= MAX_UNSEEN) waiting.measure();
      if (isFull()) {
        stored = deps.depth();
        waiting.measure();
        if (isFull()) return drop(1);
      }
      waiting.add(span);
      arrange();
    },
    measure() {
      waiting.measure();
      // A look takes a hundred times what `add` takes otherwise.
      if (waiting.count() > 0) calm = untilNextLook();
    },
    flush: () => (running || waiting.count() > 0 ? run() : Promise.resolve()),
    takeAll() {
      calm = 0;
      const requests: RawRequest[] = [];
      while (waiting.count() > 0) {
        const request = nextRequest();
        if (request) requests.push(request);
      }
      return requests;
    },
    counts: () => ({ waiting: waiting.count() + storing, dropped, rejected }),
  };
}
