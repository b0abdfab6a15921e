import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { corruptName, DAMAGED, setAside } from '../core/set-aside.ts';
import { type Database, openDatabase, resultCode } from './database.ts';
import { createFiles, databasePath, freeBytes } from './files.ts';
import { salvage } from './salvage.ts';
import { checkVersion, prepareSchema } from './schema.ts';

/** Of SQLite's log: a head, and a first change of 512 bytes at least. https://www.sqlite.org/fileformat.html#walformat */
const LOG_HEAD_BYTES = 32;
const SMALLEST_CHANGE_BYTES = 24 + 512;

type Opened =
  /** `lostLog`: there was a log, and SQLite has found nothing in it. */
  | { readonly status: 'sound'; readonly database: Database; readonly lostLog: boolean }
  | { readonly status: 'damaged'; readonly message: string };

export interface OpenDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the database of a queue whose lock is held. A damaged one is set aside under another name, and a new one
 * takes its place, with what could be read: the bridge starts, and the file can still be looked at.
 */
export function openSoundDatabase(deps: OpenDeps, dir: string, fsync: boolean) {
  const path = databasePath(dir);
  const opened = open(path);
  switch (opened.status) {
    case 'sound':
      if (opened.lostLog) keepLog(deps, path);
      prepareSchema(opened.database, path, fsync);
      return opened.database;
    case 'damaged': {
      const newPath = setAside(path, deps.clock.now());
      createFiles(dir);
      const database = openDatabase(path);
      prepareSchema(database, path, fsync);
      const salvaged = salvage(newPath, database, () => freeBytes(dir));
      deps.log.error('the queue was damaged: it was set aside, and what could be read of it is in a new one', {
        ...{ error: opened.message, set_aside: newPath },
        ...salvaged,
      });
      return database;
    }
  }
}

/** SQLite passes over a log with a damaged head without a word, and writes over it. So this comes before the first write. */
function keepLog({ clock, log }: OpenDeps, path: string): void {
  const copy = `${corruptName(path, clock.now())}-wal`;
  try {
    copyFileSync(`${path}-wal`, copy);
    log.error('the log of the queue could not be read: what was accepted last may be missing; it was copied', { copy });
  } catch (thrown) {
    // On a full disk. What is in the queue goes on all the same.
    rmSync(copy, { force: true });
    const error = messageOf(thrown);
    log.error('the log of the queue could not be read, nor copied: what was accepted last may be missing', { error });
  }
}

const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);

function open(path: string): Opened {
  const logBytes = sizeOf(`${path}-wal`);
  // SQLite would delete such a log.
  if (logBytes > 0 && sizeOf(path) === 0)
    return { status: 'damaged', message: 'the file is empty, and its log is not' };
  const database = openDatabase(path);
  try {
    checkVersion(database, path);
    const logged = Number(database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log']);
    const lostLog = logBytes >= LOG_HEAD_BYTES + SMALLEST_CHANGE_BYTES && logged === 0;
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
    if (verdict === 'ok') return { status: 'sound', database, lostLog };
    database.close();
    return { status: 'damaged', message: verdict };
  } catch (thrown) {
    database.close();
    if (!DAMAGED.has(resultCode(thrown))) throw thrown;
    return { status: 'damaged', message: messageOf(thrown) };
  }
}
