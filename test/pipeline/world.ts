import type { Call } from '../../src/core/call.ts';
import { createCounters } from '../../src/core/counters.ts';
import type { Lane } from '../../src/core/lane.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import type { LogRecord } from '../../src/core/log-record.ts';
import type { MapSpans, RawRequest } from '../../src/core/ports.ts';
import type { Attributes, Resource, Span } from '../../src/core/span.ts';
import { createJoinLogs } from '../../src/join/join-logs.ts';
import { type Content, createContent } from '../../src/pipeline/content.ts';
import {
  createPipeline,
  type Pipeline,
  type PipelineDeps,
  type PipelineSettings,
} from '../../src/pipeline/pipeline.ts';
import { createDeliver, type DeliverDeps, type Deliverer, type DeliverSettings } from '../../src/send/deliver.ts';
import { createGate } from '../../src/send/gate.ts';
import type { Send, SendOutcome } from '../../src/send/outcome.ts';
import { createFakeQueue } from '../send/fake-queue.ts';
import { project, sampleCall } from '../send/samples.ts';
import { createFakeClock, type FakeClockSettings } from '../support/fake-clock.ts';

export const HOUR_MS = 3_600_000;

/**
 * A body of these tests is JSON: one item a span, with the number of its id and the project its resource names.
 * The decoder and the mapper have tests of their own.
 */
export interface TestSpan {
  readonly number: number;
  readonly project?: string;
}

export function spanBody(spans: readonly TestSpan[]): Uint8Array {
  return Buffer.from(JSON.stringify(spans));
}

export function spanOf({ number, project: named }: TestSpan): Span {
  const [entity = '', name = ''] = named?.split('/') ?? [];
  const attributes: Attributes = new Map(
    named ? Object.entries({ 'wandb.entity': entity, 'wandb.project': name }) : [],
  );
  const resource: Resource = { attributes, droppedAttributesCount: 0, schemaUrl: '' };
  const scope = { ...resource, name: '', version: '' };
  const { id: spanId, traceId } = sampleCall(number);
  return {
    traceId,
    spanId,
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: 'work',
    kind: 0,
    startNs: 0n,
    endNs: 0n,
    attributes: new Map(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    resource,
    scope,
  };
}

export const decode: PipelineDeps['decode'] = (body) => {
  const text = Buffer.from(body).toString();
  if (text === 'rotten') return { status: 'invalid', message: 'unexpected end' };
  return { status: 'ok', spans: (JSON.parse(text) as readonly TestSpan[]).map(spanOf) };
};

export const map: MapSpans = (routed) => ({
  calls: routed.map(({ span, project: to }) => sampleCall(Number.parseInt(span.spanId, 16), to, 300)),
  corrections: undefined,
  filtered: 0,
  lacking: [],
});

/** For a pipeline whose calls need no log records. */
export function noLogs({ deliver }: Pick<Deliverer, 'deliver'>): Content {
  return {
    deliver: ({ calls }, acceptedAtMs) => deliver(calls, acceptedAtMs),
    discard: () => undefined,
    take: () => undefined,
    hurry: () => undefined,
    stop: () => Promise.resolve(),
  };
}

/** Log records as a test writes them: the numbers of the spans that they answer. */
function recordsOf(body: Uint8Array): readonly LogRecord[] {
  const numbers: readonly number[] = JSON.parse(Buffer.from(body).toString());
  return numbers.map((number) => ({
    traceId: sampleCall(number).traceId,
    spanId: sampleCall(number).id,
    eventName: 'gen_ai.choice',
    timeNs: 1n,
    body: 'an answer',
    attributes: new Map(),
    scopeName: '',
  }));
}

export interface Sent {
  readonly project: Lane;
  readonly ids: readonly number[];
}

export interface Options {
  readonly deps?: Partial<PipelineDeps>;
  readonly settings?: Partial<PipelineSettings>;
  readonly batch?: Partial<DeliverSettings>;
  readonly shorten?: DeliverDeps['shorten'];
  readonly time?: FakeClockSettings;
  /** Sees the calls of every request to Weave. */
  readonly onCalls?: (calls: readonly Call[]) => void;
  /** What becomes of the n-th request to Weave, from 0; without it all are accepted. */
  readonly outcome?: (index: number, signal: AbortSignal, sent: Sent) => SendOutcome | Promise<SendOutcome>;
}

export function setUp(options: Options = {}) {
  const queue = createFakeQueue();
  const clock = createFakeClock(options.time);
  const counters = createCounters();
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message, fields) => errors.push(`${message} ${fields?.['reason']}`) };
  const sent: Sent[] = [];
  const send: Send<SendOutcome> = async (to, calls, signal) => {
    const ids = calls.map(({ id }) => Number.parseInt(id, 16));
    sent.push({ project: to, ids });
    options.onCalls?.(calls);
    return (await options.outcome?.(sent.length - 1, signal, { project: to, ids })) ?? { status: 'accepted' };
  };
  const batch = {
    ...{ maxCalls: 1000, maxBytes: 1024 * 1024, maxWaitMs: 200 },
    ...{ concurrency: 4, maxElapsedMs: 0, ...options.batch },
  };
  const gate = createGate(
    { send, clock, log: silentLog, wake: () => pipeline.wake() },
    { initialMs: 1000, maxMs: 30_000 },
  );
  const deliverer = createDeliver({ ...gate, clock, counters, shorten: options.shorten ?? ((json) => json) }, batch);
  const join = createJoinLogs(
    { clock, log: silentLog },
    { waitMs: 5_000, keepMs: 60_000, maxSpans: 100, maxBytes: 1024 * 1024 },
  );
  const content = createContent({
    join,
    decodeLogs: (body) =>
      String(body) === 'rotten' ? { status: 'invalid', message: 'rotten' } : { status: 'ok', records: recordsOf(body) },
    map: options.deps?.map ?? map,
    deliver: deliverer.deliver,
    queue,
    log,
    counters,
  });
  const pipeline: Pipeline = createPipeline(
    { queue, decode, map, deliverer, gate, content, clock, log, counters, ...options.deps },
    { defaultProject: project('team/default'), maxInFlightBytes: 1024 * 1024, sliceMs: 5, ...options.settings },
  );
  const add = (spans: readonly TestSpan[], request: Partial<RawRequest> = {}) =>
    queue.add({ body: spanBody(spans), spans: spans.length, ...request });
  const sentIds = () => sent.flatMap(({ ids }) => ids).toSorted((a, b) => a - b);
  return { queue, clock, counters, errors, sent, sentIds, pipeline, add };
}

export const numbered = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({ number: from + index }));
export const untilAborted = (signal: AbortSignal) =>
  new Promise<SendOutcome>((resolve) => signal.addEventListener('abort', () => resolve({ status: 'aborted' })));
