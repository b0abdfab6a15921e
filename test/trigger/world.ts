import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectId } from '../../src/core/call.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { type FieldPath, parseFieldPath } from '../../src/core/field-path.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import type { Outbox, Trigger } from '../../src/core/ports.ts';
import type { Condition, FieldTest, JobRule, ScoringRule } from '../../src/core/rule.ts';
import type { SpanId, TraceId } from '../../src/core/span.ts';
import { parseTemplate, type Shape } from '../../src/core/template.ts';
import type { FaultRule } from '../../src/local/faults.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import type { FeedbackRow } from '../../src/local/store/feedback.ts';
import { createClient } from '../../src/trigger/http/client.ts';
import { createBatchApi } from '../../src/trigger/jobs/batch-api.ts';
import { createInputFiles } from '../../src/trigger/jobs/input-file.ts';
import { createJobRunner } from '../../src/trigger/jobs/job-runner.ts';
import type { StepSettings } from '../../src/trigger/jobs/step.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { createScoring } from '../../src/trigger/scoring/scoring.ts';
import { openTriggerStore, type TriggerStore } from '../../src/trigger/store/store.ts';
import { createTriggers } from '../../src/trigger/triggers.ts';
import { createWeaveApi } from '../../src/trigger/weave/weave-api.ts';

export const PROJECT = 'acme/shop' as ProjectId;
export const SCORER = 'weave:///acme/shop/object/answered:v1';
/** How long a test waits for what must come. */
const PATIENCE_MS = 25_000;

export function field(text: string, test: FieldTest): Condition {
  return { type: 'field', field: pathOf(text), test };
}

export function pathOf(text: string): FieldPath {
  const path = parseFieldPath(text);
  if (!path) throw new Error(`no path: ${text}`);
  return path;
}

export function text(template: string): Shape {
  const parsed = parseTemplate(template);
  if (parsed.status === 'bad') throw new Error(parsed.message);
  return { type: 'text', template: parsed.template };
}

const SELECTION = {
  enabled: true,
  when: { type: 'all', of: [] },
  sample: 1,
  sampleBy: 'trace',
  salt: '',
  limit: {},
} as const;

export function scoringRule(more: Partial<ScoringRule> = {}): ScoringRule {
  return { ...SELECTION, name: 'score', scorers: [SCORER], delayMs: 0, atMostOnce: false, sweep: null, ...more };
}

export function jobRule(more: Partial<JobRule> = {}): JobRule {
  return {
    ...SELECTION,
    name: 'judge',
    jobId: 'job-1',
    model: 'demo',
    endpoint: '/v1/chat/completions',
    completionWindow: 'unlimited',
    body: { type: 'object', members: [['model', text('demo')]] },
    flush: { maxRequests: 1000, maxBytes: 1_000_000, maxWaitMs: 0 },
    attempts: 3,
    writeBack: { as: 'feedback', scorer: null },
    ...more,
  };
}

export const callIdOf = (number: number) => number.toString(16).padStart(16, '0') as SpanId;

/** What a rule has triggered about the call of this number. */
export function triggerOf(rule: ScoringRule | JobRule, number: number, more: Partial<Trigger> = {}): Trigger {
  const [versioned] = 'scorers' in rule ? ruleSet([rule], []) : ruleSet([], [rule]);
  const message = { role: 'user', content: `question ${number}` };
  return {
    project: PROJECT,
    callId: callIdOf(number),
    traceId: number.toString(16).padStart(32, '1') as TraceId,
    rule: rule.name,
    version: versioned?.version ?? '',
    acceptedAtMs: 0,
    request: 'scorers' in rule ? null : JSON.stringify({ model: rule.model, messages: [message] }),
    ...more,
  };
}

export const range = (count: number, first = 1) => Array.from({ length: count }, (_, at) => first + at);

export function temporaryDir() {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-triggers-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export interface FakeOutbox extends Outbox {
  add(...triggers: readonly Trigger[]): void;
}

export function createFakeOutbox(): FakeOutbox {
  let waiting: (Trigger & { readonly id: number })[] = [];
  let lastId = 0;
  let arrival = Promise.withResolvers<void>();
  return {
    add(...triggers) {
      for (const trigger of triggers) waiting.push({ ...trigger, id: ++lastId });
      arrival.resolve();
      arrival = Promise.withResolvers();
    },
    read: (max) => waiting.slice(0, max),
    forget(throughId) {
      waiting = waiting.filter(({ id }) => id > throughId);
    },
    ready(signal) {
      if (waiting.length > 0 || signal.aborted) return Promise.resolve();
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return Promise.race([arrival.promise, aborted]);
    },
  };
}

export const SETTINGS: StepSettings & { readonly unclearMs: number } = {
  retry: { initialMs: 1, maxMs: 5 },
  poll: { initialMs: 2, maxMs: 5 },
  graceMs: 60,
  unclearMs: 60,
};

export interface LineDeps {
  readonly store: TriggerStore;
  readonly outbox: Outbox;
  readonly url: string;
  readonly dir: string;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly settings?: Partial<typeof SETTINGS>;
  readonly limits?: ReadonlyMap<string, ScoringRule['limit']>;
}

/** The triggers with all their parts, as the service puts them together, but with less patience. */
export function createLine({ store, outbox, url, dir, clock = systemClock, log = silentLog, ...more }: LineDeps) {
  const counters = createCounters();
  const settings = { ...SETTINGS, ...more.settings };
  const client = createClient({
    url,
    authorization: () => null,
    timeoutMs: 5000,
    userAgent: 'test',
    maxSockets: 8,
  });
  const weave = createWeaveApi(client);
  const api = createBatchApi(client);
  const files = createInputFiles({ items: store.items, clock }, join(dir, 'jobs'));
  const deps = { store, weave, clock, log, counters };
  const parts = {
    ...deps,
    outbox,
    scoring: createScoring(deps, settings),
    jobs: createJobRunner({ ...deps, api, files }, settings),
    limitOf: (rule: string) => more.limits?.get(rule) ?? {},
  };
  const triggers = createTriggers(parts, { maxSleepMs: 20 });
  const outcome = (rule: string, name: string) =>
    counters
      .all()
      .filter(({ labels }) => labels['rule'] === rule && labels['outcome'] === name)
      .reduce((sum, { value }) => sum + value, 0);
  return {
    start: triggers.start,
    outcome,
    async close() {
      await triggers.close();
      client.close();
    },
  };
}

export interface World {
  readonly weave: LocalWeave;
  readonly store: TriggerStore;
  readonly outbox: FakeOutbox;
  readonly dir: string;
  readonly line: ReturnType<typeof createLine>;
  /** Writes calls of these numbers into Weave, and what the rule makes of them into the outbox. */
  trigger(rule: ScoringRule | JobRule, ...numbers: readonly number[]): void;
  fault(rule: FaultRule): { hits(): number; remove(): void };
  /** All feedback there is, the oldest first. */
  feedback(): readonly FeedbackRow[];
  batches(): ReturnType<LocalWeave['store']['batches']['list']>;
  /** Resolves when it is so; rejects when that takes too long. */
  until(isSo: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions extends Partial<Pick<LineDeps, 'log' | 'settings' | 'limits'>> {
  readonly rules: readonly (ScoringRule | JobRule)[];
  readonly weave?: LocalWeave;
}

/** A bridge's triggers with a Weave and a batch API of their own. Batches take no time, unless told otherwise. */
export async function startWorld({ rules, ...options }: WorldOptions): Promise<World> {
  const place = temporaryDir();
  const weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: '127.0.0.1', port: 0, file: ':memory:' },
  );
  weave.faults.play({ batchStepMs: 0 });
  const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
  const scoring = rules.filter((rule) => 'scorers' in rule);
  const jobs = rules.filter((rule) => 'endpoint' in rule);
  for (const rule of ruleSet(scoring, jobs)) store.rules.register(rule);
  const outbox = createFakeOutbox();
  const line = createLine({ store, outbox, url: weave.url, dir: place.dir, ...options });
  line.start();

  return {
    weave,
    store,
    outbox,
    dir: place.dir,
    line,
    fault: (rule) => weave.faults.add(rule),
    batches: () => weave.store.batches.list(null, 1000),
    trigger(rule, ...numbers) {
      writeCalls(weave, numbers);
      outbox.add(...numbers.map((number) => triggerOf(rule, number)));
    },
    feedback: () => feedbackOf(weave),
    until: (isSo) => until(isSo),
    async close() {
      await line.close();
      await weave.close();
      place.remove();
    },
  };
}

export function writeCalls(weave: LocalWeave, numbers: readonly number[]): void {
  weave.store.writer.complete(
    PROJECT,
    numbers.map((number) => ({
      project_id: PROJECT,
      id: callIdOf(number),
      trace_id: triggerOf(jobRule(), number).traceId,
      op_name: 'chat',
      started_at: number,
      ended_at: number + 1,
      attributes: {},
      inputs: {},
      output: 'fine',
      summary: {},
    })),
  );
}

export function feedbackOf(weave: LocalWeave): readonly FeedbackRow[] {
  const project = weave.store.projects.find(PROJECT);
  return project ? weave.store.feedback.find(project.key, { sql: '1', values: [] }, 0, -1).toReversed() : [];
}

export async function until(isSo: () => boolean): Promise<void> {
  const startMs = performance.now();
  while (!isSo()) {
    if (performance.now() - startMs > PATIENCE_MS) throw new Error('it did not become so');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What crash.test.ts and its processes agree on. */
export const CALLS = 3;
export const SCORING = scoringRule();
export const JOB = jobRule({ flush: { maxRequests: CALLS + 1, maxBytes: 1_000_000, maxWaitMs: 1 } });
