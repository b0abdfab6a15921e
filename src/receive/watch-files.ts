/** Notices that files have changed. By looking: a change event gets lost on network disks and where Kubernetes swaps links. */
import { statSync } from 'node:fs';
import type { Clock, Timer } from '../core/clock.ts';

/** Calls `onChange` after the time, the size or the file behind any of these names has become another one. Answers how to stop. */
export function watchFiles(
  clock: Clock,
  paths: readonly string[],
  intervalMs: number,
  onChange: () => void,
): () => void {
  let seen = paths.map(look).join();
  let timer: Timer | undefined;

  function wait(): void {
    timer = clock.after(intervalMs, () => {
      wait();
      const now = paths.map(look).join();
      if (now === seen) return;
      seen = now;
      onChange();
    });
  }

  if (paths.length > 0) wait();
  return () => timer?.cancel();
}

function look(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}
