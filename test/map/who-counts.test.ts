import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CountedSpan } from '../../src/core/ports.ts';
import { createLedger } from '../../src/map/ledger.ts';
import { spanOf } from '../support/spans.ts';

type What = 'plain' | 'tool' | 'agent' | 'call' | 'sum' | 'step' | 'stepOfAgent';
/** A span of a trace: its parent is one before it, or one that never comes. */
interface Spec {
  readonly id: number;
  readonly parent: number;
  readonly what: What;
  readonly tokens: number;
}

const NEVER = 999;
const idOf = (n: number) => (n === 0 ? '' : n.toString(16).padStart(16, '0'));

const anyTrace = fc
  .array(
    fc.record({
      what: fc.constantFrom<What>('plain', 'tool', 'agent', 'call', 'call', 'sum', 'step', 'step', 'stepOfAgent'),
      tokens: fc.constantFrom(1, 2, 3, 5),
      parent: fc.nat(),
      isLost: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((specs) =>
    specs.map(({ what, tokens, parent, isLost }, at): Spec => {
      const above = at === 0 ? 0 : 1 + (parent % at);
      return { id: at + 1, parent: isLost === 0 ? NEVER : above, what, tokens };
    }),
  );

const anyArrival = anyTrace.chain((trace) =>
  fc.record({
    trace: fc.constant(trace),
    requests: fc
      .tuple(
        fc.shuffledSubarray(trace, { minLength: trace.length }),
        fc.array(fc.boolean(), { minLength: trace.length }),
      )
      .map(([order, cuts]) => {
        const requests: Spec[][] = [[]];
        for (const [at, spec] of order.entries()) {
          if (cuts[at]) requests.push([]);
          requests.at(-1)?.push(spec);
        }
        return requests;
      }),
  }),
);

function countedSpan({ id, parent, what, tokens }: Spec): CountedSpan {
  const states = !['plain', 'tool', 'agent'].includes(what);
  const runs = what === 'tool' ? 'tool' : ['agent', 'sum', 'stepOfAgent'].includes(what) ? 'agent' : undefined;
  return {
    span: spanOf({ id: idOf(id), parent: idOf(parent) }),
    usage: states ? { inputTokens: tokens, outputTokens: 0 } : undefined,
    isModelCall: what === 'call' || what === 'step',
    ...(what.startsWith('step') && { isStandIn: true }),
    ...(runs && { runs }),
    responseId: undefined,
  };
}

/** The whole trace read at once, by the words of DESIGN 3.1 and of the ledger. */
function read(trace: readonly Spec[]): Record<number, boolean> {
  const byId = new Map(trace.map((spec) => [spec.id, spec]));
  function lineOf(spec: Spec): readonly Spec[] {
    const line: Spec[] = [];
    for (let above = byId.get(spec.parent); above; above = byId.get(above.parent)) line.push(above);
    return line;
  }
  const isStep = ({ what }: Spec) => what.startsWith('step');
  const states = ({ what }: Spec) => what === 'call' || what === 'sum';
  const isAgent = ({ what }: Spec) => what === 'agent' || what === 'sum' || what === 'stepOfAgent';
  /** The nearest one above that states something, and what is between. */
  function above(spec: Spec) {
    const line = lineOf(spec);
    const at = line.findIndex(states);
    const found = line[at];
    if (!found) return undefined;
    const between = line.slice(0, at);
    const isBehindTool = between.some(({ what }) => what === 'tool');
    const isHandedOver = found.what === 'call' && (between.some(isAgent) || isAgent(spec));
    return { found, isBehindTool, isPart: !isBehindTool && !isHandedOver };
  }
  const counted: Record<number, boolean> = {};
  // what is below comes behind in the list
  for (const spec of trace.toReversed()) {
    if (isStep(spec)) {
      const statesBelow = trace.some((other) => (states(other) || isStep(other)) && lineOf(other).includes(spec));
      counted[spec.id] = !statesBelow && above(spec)?.isPart !== true;
    }
    if (!states(spec)) continue;
    const below = trace.filter((other) => states(other) && above(other)?.found === spec);
    const parts = below.filter((other) => above(other)?.isPart);
    const all = trace.filter((other) => states(other) && counted[other.id] && lineOf(other).includes(spec));
    const isSum = (of: readonly Spec[]) => of.reduce((sum, { tokens }) => sum + tokens, 0) === spec.tokens;
    if (spec.what === 'sum') counted[spec.id] = parts.length === 0 && !isSum(all);
    else {
      const isSame = parts.some(({ tokens }) => tokens === spec.tokens);
      counted[spec.id] = !isSame && !(parts.length > 1 && isSum(parts));
    }
  }
  return counted;
}

/**
 * What agents do, and what is recorded of it: each has calls of its own, tools and other agents; tools and calls have calls,
 * tools and agents in turn. An agent states nothing, what was used for itself, or all that was used below it; or it alone
 * states what it has used.
 */
const anyRun = fc.gen().map((any) => {
  const spans: CountedSpan[] = [];
  let used = 0;
  let requests = 0;
  /** Such that no sum is another one by chance. */
  function tokens(): number {
    requests += 1;
    const own = Math.ceil(1e9 * Math.abs(Math.sin(requests)));
    used += own;
    return own;
  }
  const chance = (percent: number) => any(fc.nat, { max: 99 }) < percent;
  function add(parent: number, what: What, tokens?: number): number {
    spans.push({
      ...countedSpan({ id: spans.length + 1, parent, what, tokens: 0 }),
      usage: tokens ? { inputTokens: tokens, outputTokens: 0 } : undefined,
    });
    return spans.length;
  }
  function respond(id: number, responseId: string): void {
    spans[id - 1] = { ...(spans[id - 1] as CountedSpan), responseId };
  }
  const below = (parent: number) => (chance(30) ? add(parent, 'plain') : parent);

  function call(parent: number, depth: number): { own: number; behind: number } {
    const own = tokens();
    const at = add(below(parent), 'call', own);
    if (chance(60)) respond(at, `r${at}`);
    // seen by two instrumentations, one below the other or side by side
    const seen = any(fc.nat, { max: 99 });
    if (seen < 15) add(below(at), 'call', own);
    else if (seen < 30 && spans[at - 1]?.responseId) respond(add(below(parent), 'call', own), `r${at}`);
    let behind = depth > 0 && chance(25) ? tool(at, depth - 1) : 0;
    if (depth > 0 && chance(10)) behind += whole(agent(below(at), depth - 1));
    return { own, behind };
  }
  function tool(parent: number, depth: number): number {
    const at = add(below(parent), 'tool');
    let sum = 0;
    for (let left = any(fc.nat, { max: 2 }); left > 0 && depth > 0; left -= 1) {
      sum += chance(50)
        ? whole(call(at, depth - 1))
        : chance(70)
          ? whole(agent(below(at), depth - 1))
          : tool(at, depth - 1);
    }
    return sum;
  }
  function agent(parent: number, depth: number): { own: number; behind: number } {
    const at = add(parent, 'agent');
    const says = any(fc.constantFrom, 'nothing', 'own', 'all', 'alone');
    let [own, behind] = [0, 0];
    const take = (more: { own: number; behind: number }) => {
      own += more.own;
      behind += more.behind;
    };
    if (says === 'alone') {
      own = tokens();
    } else {
      for (let left = any(fc.nat, { max: 2 }); left > 0; left -= 1) take(call(at, depth - 1));
      if (depth > 0 && chance(30)) take(agent(below(at), depth - 1));
    }
    for (let left = any(fc.nat, { max: 2 }); left > 0 && depth > 0; left -= 1) behind += tool(at, depth - 1);
    const stated = says === 'nothing' ? 0 : says === 'all' ? own + behind : own;
    const span = spans[at - 1] as CountedSpan;
    spans[at - 1] = { ...span, usage: stated > 0 ? { inputTokens: stated, outputTokens: 0 } : undefined };
    return { own, behind };
  }
  const whole = ({ own, behind }: { own: number; behind: number }) => own + behind;

  agent(0, 4);
  return { spans, used };
});

describe('who counts', () => {
  it('is who makes the sum what was really used, whatever agents say of it', () => {
    fc.assert(
      fc.property(anyRun, fc.gen(), ({ spans, used }, any) => {
        const ledger = createLedger();
        const order = any(fc.constantFrom, 'at once', 'children first', 'any');
        if (order === 'at once') ledger.note(spans);
        else if (order === 'children first') for (const span of spans.toReversed()) ledger.note([span]);
        else for (const span of any(fc.shuffledSubarray, spans, { minLength: spans.length })) ledger.note([span]);
        const counted = spans.filter(({ span }) => ledger.counts(span));
        expect(counted.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)).toBe(used);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is who counts in the trace as a whole, whatever the order and the requests in which its spans arrive', () => {
    fc.assert(
      fc.property(anyArrival, ({ trace, requests }) => {
        const ledger = createLedger();
        /** What has been sent last of each. */
        const sent: Record<number, boolean> = {};
        const send = (spec: Spec) => {
          const counts = ledger.counts(countedSpan(spec).span);
          if (counts !== undefined) sent[spec.id] = counts;
        };
        for (const request of requests) {
          const changed = ledger.note(request.map(countedSpan));
          for (const spec of [...request, ...trace.filter(({ id }) => changed.some((key) => key.endsWith(idOf(id))))])
            send(spec);
        }
        expect(sent).toEqual(read(trace));
      }),
      { numRuns: 2_000 },
    );
  });
});
