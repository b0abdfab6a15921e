import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { DAMAGED, setAside } from '../core/set-aside.ts';
import { type Database, openDatabase, resultCode } from './database.ts';
import { createFiles, databasePath } from './files.ts';
import { prepareSchema } from './schema.ts';

type Opened =
  | { readonly status: 'sound'; readonly database: Database }
  | { readonly status: 'damaged'; readonly message: string };

/**
 * Opens the database of a queue whose lock is held. A damaged one is set aside under another name, and an empty one
 * takes its place: the bridge starts, and the file can still be looked at.
 */
export function openSoundDatabase(deps: { readonly clock: Clock; readonly log: Log }, dir: string, fsync: boolean) {
  const path = databasePath(dir);
  const opened = open(path, fsync);
  switch (opened.status) {
    case 'sound':
      return opened.database;
    case 'damaged': {
      const newPath = setAside(path, deps.clock.now());
      deps.log.error('the queue was damaged: it was set aside and an empty one started', {
        error: opened.message,
        set_aside: newPath,
      });
      createFiles(dir);
      const database = openDatabase(path);
      prepareSchema(database, path, fsync);
      return database;
    }
  }
}

function open(path: string, fsync: boolean): Opened {
  const database = openDatabase(path);
  try {
    prepareSchema(database, path, fsync);
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
    if (verdict === 'ok') return { status: 'sound', database };
    database.close();
    return { status: 'damaged', message: verdict };
  } catch (thrown) {
    database.close();
    if (!DAMAGED.has(resultCode(thrown))) throw thrown;
    return { status: 'damaged', message: messageOf(thrown) };
  }
}
