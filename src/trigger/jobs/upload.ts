import type { Moves, Step, StepDeps } from './step.ts';

/** `sealed` → `uploaded`. A file whose upload got no answer is uploaded again: the orphan costs nothing and ages out. */
export function createUpload({ api, files }: StepDeps, moves: Moves): Step {
  return async (job, rule, signal) => {
    const path = await files.write(job, rule.endpoint);
    const uploaded = await api.upload(path, signal);
    switch (uploaded.status) {
      case 'done':
        return moves.on(job, { state: 'uploaded', fileId: uploaded.fileId });
      case 'later':
        return moves.again(job, uploaded.reason, uploaded.afterMs);
      case 'unclear':
        return moves.again(job, uploaded.reason);
      case 'held':
        return moves.turnedAway(job, uploaded.reason);
      case 'refused':
        return moves.hold(job, uploaded.reason);
      case 'aborted':
        return;
    }
  };
}
