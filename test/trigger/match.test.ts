import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import type { JobRule, ScoringRule } from '../../src/core/rule.ts';
import type { TraceId } from '../../src/core/span.ts';
import { createMatch, MAX_REQUEST_BYTES } from '../../src/trigger/match.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { recordingLog } from '../support/recording-log.ts';
import { callIdOf, field, jobRule, PROJECT, range, scoringRule, text } from './world.ts';

function call(number: number, fields: object = {}, trace = number): Call {
  const traceId = trace.toString(16).padStart(32, '0') as TraceId;
  const id = callIdOf(number);
  const json = JSON.stringify({ project_id: PROJECT, id, trace_id: traceId, op_name: 'chat', ...fields });
  return { projectId: PROJECT, id, traceId, json: Buffer.from(json) };
}

function matcher(scoring: readonly ScoringRule[], jobs: readonly JobRule[] = [], log: Log = silentLog) {
  const counters = createCounters();
  const match = createMatch({ clock: systemClock, counters, log }, ruleSet(scoring, jobs));
  const outcomes = (rule: string) =>
    Object.fromEntries(
      counters
        .all()
        .flatMap(({ labels, value }) => (labels['rule'] === rule && value > 0 ? [[labels['outcome'], value]] : [])),
    );
  return {
    match,
    outcomes,
    picks: (calls: readonly Call[]) => match(calls).map(({ rule, callId }) => `${rule} ${Number(`0x${callId}`)}`),
  };
}

describe('the rules', () => {
  it('leave alone what a sender delivers with a key of its own', () => {
    const { picks, outcomes } = matcher([scoringRule({ name: 'all' })]);
    const account = 'some-account' as NonNullable<Call['account']>;
    expect(picks([{ ...call(1), account }, call(2)])).toEqual(['all 2']);
    expect(outcomes('all')).toEqual({ excluded: 1, matched: 1 });
  });

  it('pick the calls that meet them, each rule for itself, and count what they did', () => {
    const chat = scoringRule({ name: 'chat', when: field('op_name', { operator: 'eq', value: 'chat' }) });
    const failed = scoringRule({ name: 'failed', when: field('exception', { operator: 'exists', value: true }) });
    const off = scoringRule({ name: 'off', enabled: false });
    const { picks, outcomes } = matcher([chat, failed, off]);
    expect(picks([call(1), call(2, { op_name: 'tool', exception: 'x' }), call(3, { exception: 'x' })])).toEqual([
      'chat 1',
      'failed 2',
      'chat 3',
      'failed 3',
    ]);
    expect(outcomes('chat')).toEqual({ matched: 2, filtered: 1 });
    expect(outcomes('failed')).toEqual({ matched: 2, filtered: 1 });
    expect(outcomes('off')).toEqual({});
  });

  it('say everything that is needed later', () => {
    const rule = jobRule({ body: { type: 'object', members: [['input', text('{{op_name}}')]] } });
    const [trigger] = matcher([], [rule]).match([call(7)]);
    expect(trigger).toEqual({
      project: PROJECT,
      callId: callIdOf(7),
      traceId: call(7).traceId,
      rule: 'judge',
      version: expect.stringMatching(/^[\da-f]{12}$/),
      acceptedAtMs: expect.any(Number),
      request: '{"input":"chat"}',
    });
  });

  it('sample whole traces, or calls', () => {
    const calls = range(400).map((number) => call(number, {}, Math.ceil(number / 4)));
    const { match, outcomes } = matcher([
      scoringRule({ name: 'traces', sample: 0.5 }),
      scoringRule({ name: 'calls', sample: 0.5, sampleBy: 'call' }),
    ]);
    const triggers = match(calls);
    const perTrace = (rule: string) =>
      [
        ...Map.groupBy(
          triggers.filter((one) => one.rule === rule),
          ({ traceId }) => traceId,
        ).values(),
      ].map((of) => of.length);
    expect(new Set(perTrace('traces'))).toEqual(new Set([4]));
    expect(new Set(perTrace('calls')).size).toBeGreaterThan(2);
    expect(outcomes('traces')['matched'] + outcomes('traces')['sampled_out']).toBe(400);
  });

  it('never pick an evaluation, nor the rest of its trace: what is below it, and what comes later', () => {
    const { picks, outcomes } = matcher([scoringRule()]);
    const attributes = { weave: { eval: { run_id: 'x' } } };
    expect(picks([call(1, {}, 9), call(2, { attributes }, 9), call(3)])).toEqual(['score 3']);
    expect(picks([call(4, {}, 9)])).toEqual([]);
    expect(picks([call(5, { attributes }, 8), call(6, {}, 8), call(7)])).toEqual(['score 7']);
    expect(outcomes('score')).toEqual({ matched: 2, excluded: 5 });
  });

  it('never pick a part of an evaluation whose mark is on a call that is not sampled', () => {
    const { match } = matcher([scoringRule({ sample: 0.5, sampleBy: 'call' })]);
    const attributes = { weave: { eval: { run_id: 'x' } } };
    const calls = range(50).flatMap((trace) => [
      call(2 * trace, {}, trace),
      call(2 * trace + 1, { attributes }, trace),
    ]);
    expect(match(calls)).toEqual([]);
  });

  it('never pick what a job rule has made', () => {
    const { picks, outcomes } = matcher([scoringRule()]);
    const attributes = { otel_weave_bridge: { rule: { name: 'judge' } } };
    expect(picks([call(1, { attributes }, 9), call(2, {}, 9)])).toEqual(['score 2']);
    expect(outcomes('score')).toEqual({ matched: 1, excluded: 1 });
  });

  it('pick calls that were shortened, or only speak of evaluations', () => {
    const { picks } = matcher([scoringRule()]);
    const attributes = {
      otel_weave_bridge: { truncated: [] },
      weave: { kind: 'llm' },
      note: '"eval":{"otel_weave_bridge":',
    };
    expect(picks([call(1, { attributes })])).toEqual(['score 1']);
  });

  it('leave out calls that have nothing for the prompt, or too much', () => {
    const rule = jobRule({
      body: { type: 'object', members: [['input', text('{{output}}')]] },
      flush: { maxRequests: 9, maxBytes: 1e8, maxWaitMs: 0 },
    });
    const { picks, outcomes } = matcher([], [rule]);
    const large = 'x'.repeat(MAX_REQUEST_BYTES);
    expect(picks([call(1), call(2, { output: 'fine' }), call(3, { output: large })])).toEqual(['judge 2']);
    expect(outcomes('judge')).toEqual({ matched: 1, failed: 2 });
  });

  it('say once of each place of a prompt that calls have nothing for it', () => {
    const prompt = (path: string) => ({ type: 'object' as const, members: [['input', text(path)] as const] });
    const jobs = ['output', 'inputs'].map((path) => jobRule({ name: path, body: prompt(`{{${path}}}{{exception}}`) }));
    const log = recordingLog();
    const { match, outcomes } = matcher([], jobs, log);
    match([call(1), call(2), call(3, { output: 'said' }), call(4, { output: 'said' })]);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => `${fields['rule']} ${fields['missing']}`).toSorted()).toEqual([
      'inputs inputs',
      'output exception',
      'output output',
    ]);
    expect([outcomes('output'), outcomes('inputs')]).toEqual([{ failed: 4 }, { failed: 4 }]);
  });

  it('pick the same of the same calls', () => {
    const rules = [scoringRule({ sample: 0.3 })];
    const calls = range(100).map((number) => call(number));
    expect(matcher(rules).picks(calls)).toEqual(matcher(rules).picks(calls));
  });
});

describe('the version of a rule', () => {
  const versionOf = (rule: ScoringRule | JobRule) =>
    ('scorers' in rule ? ruleSet([rule], []) : ruleSet([], [rule]))[0]?.version;

  it.each<[string, ScoringRule | JobRule, ScoringRule | JobRule]>([
    ['its scorers', scoringRule(), scoringRule({ scorers: ['weave:///a/b/object/c:d'] })],
    [
      'its condition',
      scoringRule({ when: field('op_name', { operator: 'matches', value: /a/ }) }),
      scoringRule({ when: field('op_name', { operator: 'matches', value: /b/ }) }),
    ],
    ['its model', jobRule(), jobRule({ model: 'other' })],
    ['its prompt', jobRule(), jobRule({ body: { type: 'object', members: [['input', text('x')]] } })],
    ['where it writes', jobRule(), jobRule({ writeBack: { as: 'rerun' } })],
  ])('changes with %s', (_, before, after) => {
    expect(versionOf(before)).not.toBe(versionOf(after));
  });

  it.each<[string, ScoringRule | JobRule, ScoringRule | JobRule]>([
    ['its rate', scoringRule(), scoringRule({ sample: 0.5 })],
    ['its limit', scoringRule(), scoringRule({ limit: { callsPerDay: 1 } })],
    ['its delay', scoringRule(), scoringRule({ delayMs: 9 })],
    ['when a job is sent', jobRule(), jobRule({ flush: { maxRequests: 1, maxBytes: 1, maxWaitMs: 1 } })],
  ])('stays with another value of %s', (_, before, after) => {
    expect(versionOf(before)).toBe(versionOf(after));
  });
});
