import type { Clock, Timer } from '../core/clock.ts';
import type { Faults } from './faults.ts';
import { MAX_WAITING_SCORES } from './limits.ts';
import { scoreCall, scorerOf } from './scorers.ts';
import type { Store } from './store/store.ts';
import { formatTime } from './times.ts';
import { uuidv7 } from './uuid.ts';
import { callRef } from './wire-feedback.ts';

export interface ScoreRequest {
  readonly project: string;
  readonly callIds: readonly string[];
  readonly scorerRefs: readonly string[];
}

/** Writes the scores that were asked for, after a while, as Weave's own worker does: calls that are not there are passed over. */
export interface ScoreLater {
  take(request: ScoreRequest): void;
  /** What has not been written by then never is. */
  close(): void;
}

export function createScoreLater(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: Faults;
}): ScoreLater {
  const { store, clock, faults } = deps;
  const waiting = new Set<Timer>();

  function write({ project: name, callIds, scorerRefs }: ScoreRequest): void {
    const project = store.projects.find(name);
    if (!project) return;
    for (const id of callIds) {
      const call = store.calls.get(project.key, id);
      for (const ref of call ? scorerRefs : []) {
        const scorer = scorerOf(ref);
        if (!call || scorer === undefined) continue;
        const feedback = {
          project_id: name,
          weave_ref: callRef(name, id),
          feedback_type: `wandb.runnable.${scorer}`,
          runnable_ref: ref,
          payload: { output: scoreCall(scorer, call) },
          creator: 'local Weave',
        };
        store.feedback.add(project.key, feedback, uuidv7(clock), formatTime(clock.now() * 1000));
      }
    }
  }

  return {
    take(request) {
      const { scoring, scoringDelayMs } = faults.behaviour();
      if (scoring === 'dropped' || waiting.size >= MAX_WAITING_SCORES) return;
      const work = () => {
        write(request);
        if (scoring === 'twice') write(request);
      };
      if (scoringDelayMs === 0) return work();
      const timer = clock.after(scoringDelayMs, () => {
        waiting.delete(timer);
        work();
      });
      waiting.add(timer);
    },
    close() {
      for (const timer of waiting) timer.cancel();
    },
  };
}
