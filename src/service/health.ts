import type { Counters } from '../core/counters.ts';
import { SERVER, type Trouble } from '../send/gate.ts';
import { describeTrouble } from './delivery.ts';

export interface ReadinessDeps {
  readonly isStopping: () => boolean;
  readonly queue: { readonly trouble: () => string | undefined };
  readonly troubles: () => readonly Trouble[];
  readonly counters: Pick<Counters, 'total'>;
}

/**
 * Why the bridge is not ready, for a person; nothing while it is. A key that Weave refuses counts only until Weave has
 * taken something: then it is better to keep spans on disk than to have senders turned away.
 */
export function notReady({ isStopping, queue, troubles, counters }: ReadinessDeps): readonly string[] {
  const refused = troubles().filter(({ blocked, todo }) => blocked === SERVER && todo !== undefined);
  const neverTaken = counters.total('exporter_requests') === 0;
  return [
    ...(isStopping() ? ['stopping'] : []),
    ...[queue.trouble() ?? []].flat(),
    ...(neverTaken ? refused.map(describeTrouble) : []),
  ];
}
