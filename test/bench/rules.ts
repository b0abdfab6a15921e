/** `npm run bench:rules [-- --sample 1]`: what 20 rules cost a call, beside what the whole bridge takes for its span. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Call, ProjectId } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { parseFieldPath } from '../../src/core/field-path.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Condition, FieldTest } from '../../src/core/rule.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { createMatch } from '../../src/trigger/match.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { KINDS, type Payload } from './payloads.ts';
import { startProcess } from './process.ts';
import { httpSender, sendAll } from './senders.ts';

const { values: flags } = parseArgs({
  options: { calls: { type: 'string', default: '1000000' }, sample: { type: 'string', default: '0.1' } },
});
const RULES = 20;
const SAMPLE = Number(flags.sample);
/** Requests whose calls go round: more would only measure the memory. */
const REQUESTS = 20;
const PROJECT = 'bench/bench' as ProjectId;

const print = (text: string) => process.stdout.write(`${text}\n`);

function field(text: string, test: FieldTest): Condition {
  const path = parseFieldPath(text);
  if (!path) throw new Error(text);
  return { type: 'field', field: path, test };
}
const all = (...of: readonly Condition[]): Condition => ({ type: 'all', of });

const IS_LLM = field('attributes.weave.kind', { operator: 'eq', value: 'llm' });
const IS_ROOT = field('parent_id', { operator: 'exists', value: false });

/** What people ask about: kinds, models, tenants, tokens, durations, errors, and the words of a conversation. */
const CONDITIONS: readonly Condition[] = [
  IS_LLM,
  all(IS_LLM, field('attributes.model', { operator: 'starts_with', value: 'gpt-4o' })),
  all(IS_LLM, field('attributes.model', { operator: 'starts_with', value: 'claude' })),
  all(IS_LLM, field('summary.usage.*.total_tokens', { operator: 'gt', value: 8000 })),
  all(IS_LLM, field('exception', { operator: 'exists', value: true })), // FAILED
  all(IS_ROOT, field('duration_ms', { operator: 'gt', value: 10_000 })),
  all(IS_ROOT, field('inputs.messages.*.content', { operator: 'contains', value: 'refund' })),
  field('op_name', { operator: 'in', value: ['embed', 'rerank', 'search'] }),
  field('attributes.service.name', { operator: 'eq', value: 'checkout' }),
  { type: 'not', of: field('attributes.provider', { operator: 'eq', value: 'openai' }) },
];

/** Its place. */
const FAILED = 4;

const rules = Array.from({ length: RULES }, (_, at) => ({
  name: `rule-${at}`,
  enabled: true,
  // The second time round for one tenant each.
  when:
    at < CONDITIONS.length
      ? (CONDITIONS[at] ?? IS_LLM)
      : all(
          field('attributes.app.tenant', { operator: 'eq', value: `tenant-${at}` }),
          CONDITIONS[at % CONDITIONS.length] ?? IS_LLM,
        ),
  // Errors are looked at one and all, the rest is sampled.
  sample: at === FAILED ? 1 : SAMPLE,
  sampleBy: 'trace' as const,
  salt: '',
  limit: {},
  scorers: ['weave:///bench/bench/object/scorer:v1'],
  delayMs: 0,
  atMostOnce: false,
  sweep: null,
}));

function callsOf(payload: Payload): readonly Call[] {
  const map = createMapper({ version: '0' });
  return Array.from({ length: REQUESTS }, () => {
    const decoded = decodeRequest(payload.next(), 'protobuf');
    if (decoded.status !== 'ok') throw new Error(decoded.message);
    return map(decoded.spans.map((span) => ({ span, project: PROJECT }))).calls;
  }).flat();
}

/** Microseconds of CPU a call, and how many triggers came of it. */
function measureRules(calls: readonly Call[], wanted: number) {
  const match = createMatch({ clock: systemClock, counters: createCounters(), log: silentLog }, ruleSet(rules, []));
  for (const _round of Array(3)) match(calls);
  const rounds = Math.max(1, Math.round(wanted / calls.length));
  let triggers = 0;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) triggers += match(calls).length;
  const { user, system } = process.cpuUsage(before);
  return { microseconds: (user + system) / (rounds * calls.length), triggers, calls: rounds * calls.length };
}

/** Microseconds of CPU that a whole bridge takes for a span: sockets, disk queue and requests to Weave with it. */
async function measureBridge(payload: Payload, spans: number): Promise<number> {
  const here = (name: string) => resolve(import.meta.dirname, name);
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-rules-'));
  const sink = await startProcess(here('sink.ts'), []);
  const url = String(sink.ready['url']);
  const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const bridge = await startProcess(here('../../src/cli/main.ts'), [
    'serve',
    ...[...ports.map((option) => `${option}=127.0.0.1:0`), 'weave.api_key=bench'].flatMap((one) => ['--set', one]),
    ...['--project', PROJECT, '--weave-url', url, '--queue-dir', dir, '--log-level', 'warn'],
  ]);
  const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);
  const next = () => ({ body: payload.next(), contentType: payload.contentType });
  const send = async (requests: number) => {
    await fetch(url, { method: 'DELETE' });
    await sendAll(sender, requests, next);
    while ((await callsAt(url)) < requests * payload.spansPerRequest) await systemClock.sleep(50);
  };
  try {
    const requests = Math.ceil(spans / payload.spansPerRequest);
    await send(Math.ceil(requests / 5));
    const before = bridge.cpuSeconds();
    await send(requests);
    return (1e6 * (bridge.cpuSeconds() - before)) / (requests * payload.spansPerRequest);
  } finally {
    sender.close();
    await bridge.stop();
    await sink.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function callsAt(url: string): Promise<number> {
  return ((await (await fetch(url)).json()) as { readonly unique: number }).unique;
}

for (const kind of KINDS) {
  const payload = kind.payload();
  const { microseconds, triggers, calls } = measureRules(callsOf(payload), Number(flags.calls));
  const bridge = await measureBridge(kind.payload(), kind.spans / 4);
  print(
    `${payload.name.padEnd(8)} ${calls} calls, ${RULES} rules, ${triggers} triggers: ${microseconds.toFixed(2)} us a call, ` +
      `${((100 * microseconds) / bridge).toFixed(1)} % of the ${bridge.toFixed(0)} us that the bridge takes for its span`,
  );
}
