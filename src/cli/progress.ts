import type { Timer } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Host } from './host.ts';

const EVERY_MS = 1000;

/** Tells a person at a terminal, line by line, how far it is. Returns what ends it. */
export function startProgress(counters: Counters, { clock, stderr }: Pick<Host, 'clock' | 'stderr'>): () => void {
  if (!stderr.isTTY) return () => undefined;
  let timer: Timer;
  const tick = () => {
    const read = counters.total('receiver_accepted_spans');
    const delivered = counters.total('exporter_sent_spans');
    const dead = counters.total('dead_letter_spans');
    stderr.write(`spans: ${read} read, ${delivered} delivered, ${dead} refused\n`);
    timer = clock.after(EVERY_MS, tick);
  };
  timer = clock.after(EVERY_MS, tick);
  return () => timer.cancel();
}
