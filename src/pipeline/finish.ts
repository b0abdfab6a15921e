import type { Call } from '../core/call.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Delivery, Queue } from '../core/ports.ts';
import type { Deliverer } from '../send/deliver.ts';
import type { Content } from './content.ts';
import type { InFlight } from './in-flight.ts';
import type { Prepared } from './prepare.ts';

export interface FinishDeps {
  readonly queue: Pick<Queue, 'settle' | 'release' | 'park'>;
  /** Delivers corrections. */
  readonly deliverer: Pick<Deliverer, 'deliver' | 'flush'>;
  readonly content: Pick<Content, 'deliver'>;
  readonly inFlight: Pick<InFlight, 'add'>;
  readonly log: Log;
  readonly counters: Counters;
  /** Whether a batch may wait for company, is to go now, or whether nothing goes out any more. */
  readonly pace: () => 'steady' | 'hurry' | 'stopped';
}

/** A request that has become calls. */
export interface Carried {
  readonly id: number;
  readonly acceptedAtMs: number;
  readonly prepared: Prepared;
}

/** Brings the calls of a request to their end; `earlier` is what was under way when it came. Never rejects. */
export type Finish = (carried: Carried, earlier: readonly Promise<void>[]) => Promise<void>;

export function createFinish(deps: FinishDeps): Finish {
  const { queue, deliverer, content, inFlight, log, counters, pace } = deps;

  /**
   * Calls of earlier requests, written anew. They follow what is under way now: else an older record that is
   * being sent could arrive after them, and Weave keeps what came last.
   */
  async function correct(
    corrections: () => readonly Call[],
    acceptedAtMs: number,
    earlier: readonly Promise<void>[],
  ): Promise<Pick<Delivery, 'released' | 'blockedBy' | 'triggers'>> {
    await Promise.all(earlier);
    const calls = corrections();
    const ended = inFlight.add(calls);
    const delivering = deliverer.deliver(calls, acceptedAtMs);
    if (pace() === 'hurry') deliverer.flush();
    const delivery = await delivering;
    ended(delivery.released ? 'given back' : 'settled');
    if (delivery.dead.length > 0) {
      const reason = delivery.dead[0]?.reason;
      log.error('Weave refused calls that were written anew; it keeps them as they were.', {
        calls: delivery.dead.length,
        reason,
      });
    }
    return delivery;
  }

  function giveBack(id: number, blockedBy: string | undefined): void {
    if (pace() !== 'stopped' && blockedBy !== undefined) queue.park([id], blockedBy);
    else queue.release([id]);
  }

  function countDead(spans: number, reason: string | undefined): void {
    if (spans === 0) return;
    counters.add('dead_letter_spans', spans);
    log.error('Spans were refused for good: dead letters.', { spans, reason });
  }

  return async ({ id, acceptedAtMs, prepared }, earlier) => {
    const { calls, corrections, filtered, dead, deadSpans } = prepared;
    const ended = inFlight.add(calls);
    const delivery = await content.deliver(prepared, acceptedAtMs);
    const correction = corrections ? await correct(corrections, acceptedAtMs, earlier) : NOTHING;
    const isReleased = delivery.released || correction.released;
    if (isReleased) giveBack(id, delivery.blockedBy ?? correction.blockedBy);
    else {
      // Settled and counted in one turn of the event loop, so that the counters balance at every moment.
      const triggers = [...(delivery.triggers ?? []), ...(correction.triggers ?? [])];
      queue.settle([{ id, dead: [...dead, ...delivery.dead], triggers }]);
      counters.add('exporter_sent_spans', delivery.delivered);
      counters.add('processor_filtered_spans', filtered);
      countDead(deadSpans + delivery.dead.length, (dead[0] ?? delivery.dead[0])?.reason);
    }
    ended(isReleased ? 'given back' : 'settled');
  };
}

const NOTHING: Pick<Delivery, 'released' | 'blockedBy' | 'triggers'> = { released: false };
