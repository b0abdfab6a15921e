/** The files of a queue directory, readable by their owner alone: they hold prompts and answers. */
import { closeSync, existsSync, openSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError, messageOf } from '../core/errors.ts';
import { makeDir } from '../core/make-dir.ts';

export const databasePath = (dir: string) => join(dir, 'queue.db');
export const lockPath = (dir: string) => join(dir, 'queue.lock');

/** Creates what is missing; SQLite gives its own files beside them the same mode. */
export function createFiles(dir: string): void {
  makeDir(dir);
  for (const path of [lockPath(dir), databasePath(dir)]) {
    // An existing file is left alone: to close it here would drop the locks that this process holds on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  }
}

/** What this user may still write to the disk of a directory. Some file systems do not say: they have no blocks at all. */
export function freeBytes(dir: string): number {
  const { bavail, blocks, bsize } = statfsSync(dir);
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
}

/** What to throw when a queue does not open: QUEUE_UNREADABLE, or the BridgeError that it already is. */
export function openError(dir: string, thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError('QUEUE_UNREADABLE', `The queue in ${dir} cannot be opened: ${messageOf(thrown)}.`, {
    cause: thrown,
  });
}
