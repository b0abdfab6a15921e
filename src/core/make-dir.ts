import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a directory, for its owner alone, and what is missing above it. Not by `recursive` of Node's own: where a directory
 * that is there takes no other one (a working directory that was deleted, `/proc`), that never comes back.
 */
export function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (thrown) {
    if (isDirectory(dir)) return;
    const parent = dirname(dir);
    if (parent === dir || isDirectory(parent)) throw thrown;
    makeDir(parent);
    makeDir(dir);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
