import type { Clock } from '../../core/clock.ts';
import type { Batches } from '../batch/batches.ts';
import type { Faults } from '../faults.ts';
import type { ScoreLater } from '../score-later.ts';
import type { Stats } from '../stats.ts';
import type { Store } from '../store/store.ts';

/** What the endpoints and pages work with. */
export interface Context {
  readonly clock: Clock;
  readonly store: Store;
  readonly faults: Faults;
  readonly stats: Stats;
  readonly scoreLater: ScoreLater;
  readonly batches: Batches;
  /** Where an OTLP sender reaches the bridge, for the empty page. */
  readonly otlpUrl: () => string;
}
