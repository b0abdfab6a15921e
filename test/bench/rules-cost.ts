/** What 20 rules cost a call, in a process of its own: `rules-cost.ts KIND SAMPLE CALLS` prints it as one line of JSON. */
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

const RULES = 20;
/** Requests whose calls go round: more would only measure the memory. */
const REQUESTS = 20;
const PROJECT = 'bench/bench' as ProjectId;

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

const rulesOf = (sample: number) =>
  Array.from({ length: RULES }, (_, at) => ({
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
    sample: at === FAILED ? 1 : sample,
    sampleBy: 'trace' as const,
    salt: '',
    limit: {},
    scorers: ['weave:///bench/bench/object/scorer:v1'],
    delayMs: 0,
    atMostOnce: false,
    sweep: null,
  }));

/** The calls of each request, with which the bridge comes to the rules. */
function callsOf(payload: Payload): readonly (readonly Call[])[] {
  const map = createMapper({ version: '0' });
  return Array.from({ length: REQUESTS }, () => {
    const decoded = decodeRequest(payload.next(), 'protobuf');
    if (decoded.status !== 'ok') throw new Error(decoded.message);
    return map(decoded.spans.map((span) => ({ span, project: PROJECT }))).calls;
  });
}

/** Microseconds of CPU a call, and how many triggers came of it. */
export interface RulesCost {
  readonly microseconds: number;
  readonly rules: number;
  readonly triggers: number;
  readonly calls: number;
}

function measureRules(requests: readonly (readonly Call[])[], sample: number, wanted: number): RulesCost {
  const rules = ruleSet(rulesOf(sample), []);
  const match = createMatch({ clock: systemClock, counters: createCounters(), log: silentLog }, rules);
  let calls = 0;
  let triggers = 0;
  const goRound = () => {
    for (const request of requests) {
      calls += request.length;
      triggers += match(request).length;
    }
  };
  for (const _warmUp of Array(3)) goRound();
  calls = 0;
  triggers = 0;
  const before = process.cpuUsage();
  while (calls < wanted) goRound();
  const { user, system } = process.cpuUsage(before);
  return { microseconds: (user + system) / calls, rules: rules.length, triggers, calls };
}

const [kind, sample, calls] = process.argv.slice(2);
const payload = KINDS.map((one) => one.payload()).find(({ name }) => name === kind);
if (!payload) throw new Error(`There is no kind ${kind}.`);
process.stdout.write(`${JSON.stringify(measureRules(callsOf(payload), Number(sample), Number(calls)))}\n`);
