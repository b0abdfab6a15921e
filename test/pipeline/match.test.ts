import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import type { Delivery, Trigger } from '../../src/core/ports.ts';
import { matchDelivered, matchReturned } from '../../src/pipeline/match.ts';
import { sampleCall } from '../send/samples.ts';

const calls = [1, 2, 3].map((number) => sampleCall(number));
const [first, second] = calls;

/** Delivers with this outcome; answers the delivery, and the calls that the rules were asked about. */
async function deliver(delivery: Delivery) {
  const seen: Call[] = [];
  const triggerOf = ({ id }: Call) => ({ callId: id }) as Trigger;
  const wrapped = matchDelivered({
    deliver: async () => delivery,
    match(matched) {
      seen.push(...matched);
      return matched.map(triggerOf);
    },
  });
  return { delivery: await wrapped(calls, 0), seen };
}

describe('a delivery with rules', () => {
  it('brings what the rules make of the calls that Weave has accepted', async () => {
    const outcome = { delivered: 3, dead: [], released: false };
    const { delivery, seen } = await deliver(outcome);
    expect(seen).toEqual(calls);
    expect(delivery).toEqual({ ...outcome, triggers: calls.map(({ id }) => ({ callId: id })) });
  });

  it('leaves out the calls that Weave has refused', async () => {
    const dead = first ? [{ spanId: first.id, reason: 'bad' }] : [];
    const { seen } = await deliver({ delivered: 2, dead, released: false });
    expect(seen.map(({ id }) => id)).toEqual(calls.slice(1).map(({ id }) => id));
    expect(seen).toContain(second);
  });

  it('brings of corrections what the rules make of calls that were left out at first', async () => {
    const corrections = calls.map((call) => (call === second ? { ...call, returns: true as const } : call));
    const wrapped = matchReturned({
      deliver: async () => ({ delivered: 3, dead: [], released: false }),
      match: (matched) => matched.map(({ id }) => ({ callId: id }) as Trigger),
    });
    expect((await wrapped(corrections, 0)).triggers).toEqual([{ callId: second?.id }]);
  });

  it.each<[string, Delivery]>([
    ['was released: its calls come again', { delivered: 2, dead: [], released: true }],
    ['delivered nothing', { delivered: 0, dead: [], released: false }],
  ])('asks no rule where it %s', async (_, outcome) => {
    const { delivery, seen } = await deliver(outcome);
    expect(seen).toEqual([]);
    expect(delivery).toEqual(outcome);
  });
});
