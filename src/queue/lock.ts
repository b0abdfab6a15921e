import { BridgeError } from '../core/errors.ts';
import { openDatabase, resultCode, SQLITE_BUSY } from './database.ts';
import { lockPath } from './files.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the queue directory for this process, or throws QUEUE_LOCKED.
 * An open transaction on an empty database holds the lock, so that the operating system drops it with the process,
 * however that ends. It is a file of its own, so that others may still read the dead letters in the queue's database.
 */
export function takeLock(dir: string): Lock {
  const database = openDatabase(lockPath(dir));
  try {
    // MEMORY: no journal file that a killed process would leave behind.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (thrown) {
    database.close();
    if (resultCode(thrown) !== SQLITE_BUSY) throw thrown;
    throw new BridgeError('QUEUE_LOCKED', `The queue in ${dir} is in use by another bridge.`, { cause: thrown });
  }
  return { release: () => database.close() };
}
