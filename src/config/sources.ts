import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './given.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** The world outside that the config is read from. Passed in, so that tests have a small world of their own. */
export interface Sources {
  readonly env: Environment;
  readonly netrcFile: string;
  /** The text of a file. Throws where it cannot be read or is too long to be meant. */
  readText(path: string): string;
}

export function systemSources(): Sources {
  return {
    env: process.env,
    netrcFile: process.env['NETRC'] || join(homedir(), '.netrc'),
    readText(path) {
      if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`${path} is longer than ${MAX_FILE_BYTES} bytes`);
      return readFileSync(path, 'utf8');
    },
  };
}
