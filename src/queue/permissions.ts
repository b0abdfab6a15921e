/** Keeps others of this machine out of a queue directory: it holds prompts and answers. */
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/** What the bridge itself keeps in the directory. */
const OURS = /^(queue|triggers|weave|traces)\.|^jobs$/;

/**
 * Takes the rights of others away, where files or the directory were there before. A directory that holds something
 * else, `/tmp` for one, is left as it is, and so is one of another owner: Kubernetes mounts volumes like that.
 */
export function shutOthersOut(dir: string, log: Log): void {
  const names = readdirSync(dir);
  for (const name of names) if (OURS.test(name)) tighten(join(dir, name), log);
  if (names.every((name) => OURS.test(name))) tighten(dir, log);
  if ((statSync(dir).mode & OTHERS) !== 0) {
    log.warn('queue.dir is open to all users of this machine. Give the bridge a directory of its own.', { dir });
  }
}

function tighten(path: string, log: Log): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & GROUP_AND_OTHERS) === 0) return;
  try {
    chmodSync(path, mode & ~GROUP_AND_OTHERS & 0o777);
  } catch (thrown) {
    log.debug('the rights of a file of the queue stay as they are', { path, reason: messageOf(thrown) });
  }
}
