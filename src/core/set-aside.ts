import { existsSync, renameSync, rmSync } from 'node:fs';

/** SQLite's result codes of a file that is damaged, and of one that is none of SQLite's: https://www.sqlite.org/rescode.html */
export const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
export const DAMAGED: ReadonlySet<unknown> = new Set([SQLITE_CORRUPT, SQLITE_NOTADB]);

export const corruptName = (path: string, nowMs: number): string =>
  `${path}.corrupt-${new Date(nowMs).toISOString().replaceAll(':', '')}`;

/** Renames a database together with its log of recent changes, and returns the new path. */
export function setAside(path: string, nowMs: number): string {
  const newPath = corruptName(path, nowMs);
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${newPath}-wal`);
  rmSync(`${path}-shm`, { force: true });
  renameSync(path, newPath);
  return newPath;
}
