/** The files of a queue directory, readable by their owner alone: they hold prompts and answers. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError, messageOf } from '../core/errors.ts';

export const databasePath = (dir: string) => join(dir, 'queue.db');
export const lockPath = (dir: string) => join(dir, 'queue.lock');

/** Creates what is missing; SQLite gives its own files beside them the same mode. */
export function createFiles(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const path of [lockPath(dir), databasePath(dir)]) {
    // An existing file is left alone: to close it here would drop the locks that this process holds on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  }
}

/** Renames a database together with its log of recent changes, and returns the new path. */
export function setAside(path: string, nowMs: number): string {
  const newPath = `${path}.corrupt-${new Date(nowMs).toISOString().replaceAll(':', '')}`;
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${newPath}-wal`);
  rmSync(`${path}-shm`, { force: true });
  renameSync(path, newPath);
  return newPath;
}

/** What to throw when a queue does not open: QUEUE_UNREADABLE, or the BridgeError that it already is. */
export function openError(dir: string, thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return new BridgeError('QUEUE_UNREADABLE', `The queue in ${dir} cannot be opened: ${messageOf(thrown)}.`, {
    cause: thrown,
  });
}
