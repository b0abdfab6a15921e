import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CountedSpan, TraceMemory } from '../../src/core/ports.ts';
import { createLedger } from '../../src/map/ledger.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { type CallJson, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const ids = (n: number) => n.toString(16).padStart(16, '0');
const usage = (input: number, output = 1) => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
});

const llm = (n: number, parent: number, input: number, extra: Record<string, unknown> = {}): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  name: 'chat m',
  attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...usage(input), ...extra },
});
const agent = (n: number, parent: number, input?: number): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  name: 'invoke_agent a',
  attributes: {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'a',
    ...(input !== undefined && usage(input)),
  },
});
const tool = (n: number, parent: number): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  name: 'execute_tool t',
  attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't' },
});
/** Below an agent, which sums up what such spans state: VoltAgent's model calls. */
const step = (n: number, parent: number, input: number): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  name: 'llm:generateText',
  attributes: {
    'entity.type': 'agent',
    'span.type': 'llm',
    'llm.usage.prompt_tokens': input,
    'llm.usage.completion_tokens': 1,
  },
});
const plain = (n: number, parent: number): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  name: 'work',
});

/** Maps the requests one after the other, as they would arrive; what comes last for an id counts, as Weave has it. */
function arrive(requests: readonly (readonly SpanSpec[])[]): Map<string, CallJson> {
  const map = createMapper({ version: '0' });
  const stored = new Map<string, CallJson>();
  for (const request of requests) {
    const { calls, corrections } = map(request.map((spec) => ({ span: spanOf(spec), project: PROJECT })));
    for (const call of [...calls, ...(corrections?.() ?? [])]) stored.set(call.id, JSON.parse(call.json.toString()));
  }
  return stored;
}

function inputTokens(stored: ReadonlyMap<string, CallJson>): number {
  let sum = 0;
  for (const call of stored.values())
    for (const counts of Object.values(call['summary'].usage ?? {}))
      sum += (counts as { input_tokens: number }).input_tokens;
  return sum;
}

/** [what, spans from the leaves to the root, the input tokens that were really used] */
const TRACES: readonly (readonly [string, readonly SpanSpec[], number])[] = [
  ['an agent that repeats its calls', [llm(3, 1, 50), llm(2, 1, 60), agent(1, 0, 110)], 110],
  ['an agent that repeats them through plain spans', [llm(4, 3, 50), plain(3, 2), plain(2, 1), agent(1, 0, 50)], 50],
  ['an agent in an agent', [llm(3, 2, 50), agent(2, 1, 50), agent(1, 0, 50)], 50],
  ['an agent that is the only one to tell', [plain(2, 1), agent(1, 0, 70)], 70],
  ['a root that repeats the last step only', [llm(3, 1, 50), llm(2, 1, 60), agent(1, 0, 60)], 110],
  ['one call seen by two instrumentations, one below the other', [llm(2, 1, 57), llm(1, 0, 57)], 57],
  [
    'the same with the response named by both',
    [llm(2, 1, 57, { 'gen_ai.response.id': 'r' }), llm(1, 0, 57, { 'gen_ai.response.id': 'r' })],
    57,
  ],
  [
    'one call seen by two instrumentations side by side',
    [llm(3, 1, 57, { 'gen_ai.response.id': 'r' }), llm(2, 1, 57, { 'gen_ai.response.id': 'r' }), plain(1, 0)],
    57,
  ],
  [
    'a model call that states the sum of two, of which one is seen twice',
    [
      llm(4, 1, 57, { 'gen_ai.response.id': 'r1' }),
      llm(3, 1, 57, { 'gen_ai.response.id': 'r1' }),
      llm(2, 1, 20, { 'gen_ai.response.id': 'r2' }),
      llm(1, 0, 77, usage(77, 2)),
    ],
    77,
  ],
  [
    'one response of which two instrumentations count different parts',
    [llm(3, 1, 57, { 'gen_ai.response.id': 'r' }), llm(2, 1, 40, { 'gen_ai.response.id': 'r' }), plain(1, 0)],
    57,
  ],
  [
    'two calls that happen to count the same',
    [llm(3, 1, 57, { 'gen_ai.response.id': 'r1' }), llm(2, 1, 57, { 'gen_ai.response.id': 'r2' }), plain(1, 0)],
    114,
  ],
  [
    'a tool below a model call that asks a model itself',
    [llm(3, 2, 20, { 'gen_ai.response.id': 'r2' }), plain(2, 1), llm(1, 0, 57, { 'gen_ai.response.id': 'r1' })],
    77,
  ],
  [
    'a tool below a model call that hands over to an agent whose model call happens to count the same',
    [llm(4, 3, 57), agent(3, 2), tool(2, 1), llm(1, 0, 57)],
    114,
  ],
  ['a model call with the agent below it that it has handed over to', [llm(3, 2, 57), agent(2, 1), llm(1, 0, 57)], 114],
  ['the same with an agent that repeats its call', [llm(3, 2, 57), agent(2, 1, 57), llm(1, 0, 57)], 114],
  ['agents that say nothing below one that repeats', [llm(4, 3, 57), agent(3, 2), agent(2, 1), agent(1, 0, 57)], 57],
  [
    'an agent that tells alone what it used beside the agent behind its tool',
    [agent(3, 2, 20), tool(2, 1), agent(1, 0, 70)],
    90,
  ],
  [
    'an agent that states the sum of the calls behind its tools',
    [llm(6, 5, 30), agent(5, 4), tool(4, 1), llm(3, 2, 20), tool(2, 1), agent(1, 0)].map((spec) =>
      spec.id === ids(1) ? { ...spec, attributes: { ...spec.attributes, ...usage(50, 2) } } : spec,
    ),
    50,
  ],
  [
    'an agent above tools within tools that states their sum',
    [llm(5, 4, 30), tool(4, 3), plain(3, 2), tool(2, 1), agent(1, 0, 30)],
    30,
  ],
  [
    'an agent that states the sum of calls behind tools of calls behind its tools',
    [llm(6, 5, 30), tool(5, 4), llm(4, 3, 20), agent(3, 2), tool(2, 1), agent(1, 0)].map((spec) =>
      spec.id === ids(1) ? { ...spec, attributes: { ...spec.attributes, ...usage(50, 2) } } : spec,
    ),
    50,
  ],
  [
    'the same where an agent between states what is its own',
    [llm(6, 5, 30), tool(5, 4), llm(4, 3, 20), agent(3, 2, 20), tool(2, 1), agent(1, 0)].map((spec) =>
      spec.id === ids(1) ? { ...spec, attributes: { ...spec.attributes, ...usage(50, 2) } } : spec,
    ),
    50,
  ],
  [
    'an agent that states what one instrumentation has seen behind its tool, and another one elsewhere',
    [
      llm(5, 1, 57, { 'gen_ai.response.id': 'r' }),
      llm(4, 3, 57, { 'gen_ai.response.id': 'r' }),
      tool(3, 2),
      agent(2, 1, 57),
      plain(1, 0),
    ],
    57,
  ],
  [
    'an agent that repeats its call and asks another one by a tool',
    [llm(4, 3, 20), tool(3, 1), llm(2, 1, 57), agent(1, 0, 57)],
    77,
  ],
];

/** The same where spans stand in for one above that may never come. */
const STAND_INS: typeof TRACES = [
  ['steps whose agent sums them up', [step(3, 1, 50), step(2, 1, 60), agent(1, 0, 130)], 130],
  ['steps whose agent states the last one only', [step(3, 1, 50), step(2, 1, 60), agent(1, 0, 60)], 60],
  ['steps whose agent says nothing', [step(3, 1, 50), step(2, 1, 60), agent(1, 0)], 110],
  ['steps whose agent never comes', [step(3, 1, 50), step(2, 1, 60)], 110],
  ['steps below plain spans that nobody sums up', [step(4, 3, 50), plain(3, 2), plain(2, 1), plain(1, 0)], 50],
  [
    'a step below plain spans and an agent that sums up',
    [step(4, 3, 50), plain(3, 2), plain(2, 1), agent(1, 0, 70)],
    70,
  ],
  [
    'steps below an agent that says nothing, which is below one that sums up',
    [step(3, 2, 50), agent(2, 1), agent(1, 0, 70)],
    70,
  ],
  ['a step with a model call below it', [llm(4, 3, 30), plain(3, 2), step(2, 1, 50), agent(1, 0)], 30],
  ['the same where the agent repeats the step', [llm(3, 2, 30), step(2, 1, 50), agent(1, 0, 50)], 30],
  ['a step between two that see one model call', [llm(3, 2, 57), step(2, 1, 57), llm(1, 0, 57)], 57],
  ['steps below each other', [step(4, 3, 40), plain(3, 2), step(2, 1, 50), agent(1, 0)], 40],
  ['steps below each other whose agent sums up', [step(4, 3, 40), plain(3, 2), step(2, 1, 50), agent(1, 0, 90)], 90],
  ['a step with steps side by side below it', [step(4, 2, 40), step(3, 2, 30), step(2, 1, 50), plain(1, 0)], 70],
  ['steps beside a model call', [step(3, 1, 50), llm(2, 1, 30), agent(1, 0)], 80],
  [
    'steps of an agent that has failed, behind a tool of one that sums up its own',
    [step(4, 3, 50), agent(3, 2), tool(2, 1), step(5, 1, 70), agent(1, 0, 120)],
    170,
  ],
  ['steps of an agent that a model call has handed over to', [step(3, 2, 50), agent(2, 1), llm(1, 0, 57)], 107],
];
const ALL = [...TRACES, ...STAND_INS];

describe('the tokens of a trace', () => {
  it.each(ALL)('are counted once for %s, all in one request', (_what, spans, tokens) => {
    expect(inputTokens(arrive([spans]))).toBe(tokens);
    expect(inputTokens(arrive([spans.toReversed()]))).toBe(tokens);
  });

  it.each(ALL)('are counted once for %s, a span a request', (_what, spans, tokens) => {
    expect(inputTokens(arrive(spans.map((span) => [span])))).toBe(tokens);
  });

  it.each(ALL)('are counted once for %s in any order of arrival', (_what, spans, tokens) => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...spans], { minLength: spans.length }),
        fc.array(fc.boolean()),
        (order, cuts) => {
          const requests: SpanSpec[][] = [[]];
          for (const [at, span] of order.entries()) {
            if (cuts[at]) requests.push([]);
            requests.at(-1)?.push(span);
          }
          expect(inputTokens(arrive(requests))).toBe(tokens);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are counted the same when a sender sends its request again', () => {
    for (const [, spans, tokens] of ALL) expect(inputTokens(arrive([spans, spans]))).toBe(tokens);
  });

  it.each([
    ['a model call below an agent', [agent(1, 0, 50)], llm(2, 1, 50), [1]],
    ['a model call below an agent of an agent', [agent(1, 0, 50), agent(2, 1)], llm(3, 2, 50), [1]],
    ['what is between an agent and its model call', [agent(1, 0, 50), llm(3, 2, 50)], plain(2, 1), [1]],
    ['an agent that sums up', [step(2, 1, 50), step(3, 1, 60)], agent(1, 0, 110), [2, 3]],
    ['what is between an agent that sums up and a step', [step(3, 2, 50), agent(1, 0, 50)], plain(2, 1), [3]],
    ['a model call below a step of an agent', [step(2, 1, 50), agent(1, 0)], llm(3, 2, 50), [2]],
  ])('are corrected again when %s comes again that told of it', (_what, before, telling, corrected) => {
    const map = createMapper({ version: '0' });
    const send = (spec: SpanSpec) =>
      (map([{ span: spanOf(spec), project: PROJECT }]).corrections?.() ?? []).map(({ id }) => id).sort();
    for (const spec of before) send(spec);
    expect(send(telling)).toEqual(corrected.map(ids));
    expect(send(telling)).toEqual(corrected.map(ids));
    expect(send(before[0] as SpanSpec)).toEqual([]);
  });

  /** As if the bridge were started anew for each span. */
  function arriveWithRestarts(spans: readonly SpanSpec[]): Map<string, CallJson> {
    const remembered: CountedSpan[] = [];
    const memory = (): TraceMemory => ({
      recall: () => [...remembered],
      remember: (more) => remembered.push(...more),
      close: () => undefined,
    });
    const stored = new Map<string, CallJson>();
    for (const spec of spans) {
      const map = createMapper({ version: '0', memory: memory() });
      const [call] = map([{ span: spanOf(spec), project: PROJECT }]).calls;
      if (call) stored.set(call.id, JSON.parse(call.json.toString()));
    }
    return stored;
  }

  it.each(TRACES)('are counted once for %s, with a restart after each span, children first', (_what, spans, tokens) => {
    expect(inputTokens(arriveWithRestarts(spans))).toBe(tokens);
  });

  it('are not those of a step whose agent has summed up before a restart', () => {
    expect(inputTokens(arriveWithRestarts([agent(1, 0, 130), step(2, 1, 60), step(3, 1, 50)]))).toBe(130);
  });

  it('are those of an agent that sums up what was known before a restart to stand in only', () => {
    const stored = arriveWithRestarts([step(2, 1, 60), agent(1, 0, 130)]);
    expect(stored.get(ids(1))?.['summary'].usage.unknown.input_tokens).toBe(130);
  });

  it('that are not counted stay visible', () => {
    const stored = arrive([[llm(2, 1, 50), agent(1, 0, 50)]]);
    expect(stored.get(ids(1))?.['attributes'].usage_repeated).toEqual({
      unknown: { input_tokens: 50, output_tokens: 1, total_tokens: 51 },
    });
    expect(stored.get(ids(1))?.['otel_dump'].attributes.gen_ai.usage.input_tokens).toBe(50);
  });

  it('survive parents that go round in a circle', () => {
    expect(inputTokens(arrive([[llm(1, 2, 5), agent(2, 3), agent(3, 1)]]))).toBe(5);
    expect(inputTokens(arrive([[step(1, 2, 5), plain(2, 3), agent(3, 1)]]))).toBe(5);
    const round = [step(1, 3, 5), step(2, 1, 5), agent(3, 2), llm(4, 1, 5), plain(5, 5)];
    for (const spans of [round, round.toReversed()]) {
      expect(inputTokens(arrive([spans]))).toBe(5);
      expect(inputTokens(arrive(spans.map((span) => [span])))).toBe(5);
    }
  });

  const USED = { inputTokens: 5, outputTokens: 1 };
  it.each<[string, (n: number) => Partial<CountedSpan>]>([
    ['runs', () => ({ runs: 'agent' })],
    ['runs of tools', () => ({ runs: 'tool' })],
    ['agents that state what they use', () => ({ usage: USED, runs: 'agent' })],
    ['agents behind tools', (n) => (n % 2 === 0 ? { runs: 'tool' } : { usage: USED, runs: 'agent' })],
    ['stand-ins', () => ({ usage: USED, isStandIn: true })],
    ['what is a run and stands in', () => ({ usage: USED, isStandIn: true, runs: 'agent' })],
  ])('take no time out of proportion where hostile senders nest %s without end', (_what, nested) => {
    const counted = (n: number, parent: number): CountedSpan => ({
      span: spanOf(plain(n, parent)),
      isModelCall: n !== parent + 1,
      responseId: undefined,
      usage: undefined,
      ...(n === parent + 1 ? nested(n) : { usage: USED }),
    });
    /** So many, each in the one before, and model calls in the last one. */
    const trace = (depth: number) =>
      Array.from({ length: depth + 6_000 }, (_, at) => counted(at + (at < depth ? 1 : 2), Math.min(at, depth)));
    const spent = (requests: readonly (readonly CountedSpan[])[]) => {
      const ledger = createLedger();
      const begin = performance.now();
      for (const request of requests) ledger.note(request);
      return performance.now() - begin;
    };
    const ways: readonly ((depth: number) => readonly (readonly CountedSpan[])[])[] = [
      (depth) => [trace(depth)],
      (depth) => trace(depth).map((one) => [one]),
      (depth) =>
        trace(depth)
          .toReversed()
          .map((one) => [one]),
    ];
    for (const way of ways) expect(spent(way(6_000))).toBeLessThan(10 * spent(way(100)) + 300);
  });

  it('of traces beyond the ledger’s memory are still counted, each trace for itself', () => {
    const map = createMapper({ version: '0' });
    let tokens = 0;
    for (let trace = 0; trace < 12_000; trace += 1) {
      const spans = [llm(2, 1, 1), agent(1, 0, 1)].map((spec) => ({
        span: spanOf({ ...spec, trace: trace.toString(16).padStart(32, '0') }),
        project: PROJECT,
      }));
      for (const call of map(spans).calls) if (call.json.includes('"requests":1')) tokens += 1;
    }
    expect(tokens).toBe(12_000);
  });
});

describe('spans that stand in', () => {
  it('do so in no trace that is forgotten at once: its agent counts for itself', () => {
    const map = createMapper({ version: '0' });
    const spans = Array.from({ length: 10_050 }, (_, trace) =>
      [step(2, 1, 1), agent(1, 0, 1)].map((spec) => ({
        span: spanOf({ ...spec, trace: (trace + 1).toString(16).padStart(32, '0') }),
        project: PROJECT,
      })),
    ).flat();
    const counting = map(spans).calls.filter(({ json }) => json.includes('"usage":{"unknown"'));
    expect(counting).toHaveLength(10_050);
    expect(new Set(counting.map(({ id }) => id))).toEqual(new Set([ids(1)]));
  });

  it('are corrected after many model calls of others', () => {
    const map = createMapper({ version: '0' });
    const send = (spec: SpanSpec) => map([{ span: spanOf(spec), project: PROJECT }]).corrections?.() ?? [];
    send(step(2, 1, 50));
    const content = { 'gen_ai.input.messages': JSON.stringify([{ role: 'user', content: 'x'.repeat(100_000) }]) };
    for (let n = 0; n < 40; n += 1) send({ ...llm(n + 10, 0, 1, content), trace: 'b'.repeat(32) });
    expect(send(agent(1, 0, 110)).map(({ id }) => id)).toEqual([ids(2)]);
  });
});

describe('traces whose spans have the same ids', () => {
  it.each(['leaf', 'rollup'] as const)('are not taken for each other: map.usage %s', (usage) => {
    const map = createMapper({ version: '0', usage });
    const stored = new Map<string, CallJson>();
    const take = (trace: string, spec: SpanSpec) => {
      const { calls, corrections } = map([{ span: spanOf({ ...spec, trace: trace.repeat(32) }), project: PROJECT }]);
      for (const call of [...calls, ...(corrections?.() ?? [])])
        stored.set(`${call.traceId[0]}${Number(call.id)}`, JSON.parse(call.json.toString()));
    };
    // each parent comes before its child, and those of all traces before any child
    for (const trace of ['a', 'b', 'c']) take(trace, agent(1, 0, 50));
    for (const [trace, input] of [
      ['a', 50],
      ['b', 60],
      ['c', 70],
    ] as const)
      take(trace, llm(2, 1, input));
    const tokens = (key: string) => stored.get(key)?.['summary'].usage?.m?.input_tokens;
    const parents = usage === 'leaf' ? [undefined, undefined, undefined] : [50, 60, 70];
    expect(['a1', 'b1', 'c1'].map(tokens)).toEqual(parents);
    expect(['a2', 'b2', 'c2'].map(tokens)).toEqual([50, 60, 70]);
    for (const key of ['a1', 'b1', 'c1']) expect(stored.get(key)?.['summary'].usage?.unknown).toBeUndefined();
  });
});
