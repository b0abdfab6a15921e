import { existsSync, statSync } from 'node:fs';
import { type Database, readNumber } from './database.ts';

/** With so much left on the disk beside the request nothing needs to be looked at: SQLite's log is much smaller. */
const PLENTY_BYTES = 256 * 1024 * 1024;
/** Left free for deletions in the log, which make room again ... */
const SPARE_LOG_BYTES = 1024 * 1024;
/** ... and for a dead letter, which stands beside its request until that is deleted. */
const SPARE_BYTES = 4 * 1024 * 1024;
/** Pages that are partly empty, and the index. */
const OVERHEAD = 1.25;

/**
 * Keeps the queue from filling its disk to the last byte. What is written goes to SQLite's log first, and from there into
 * the database. On a disk without room for that second step nothing can be deleted any more: deletions go to the log, too.
 */
export interface Room {
  /** Whether as many bytes could be written now. */
  has(bytes: number): boolean;
  /** Makes room where there is none for requests of this many bytes, and throws where that does not help. */
  require(bytes: number): void;
  /** Moves the log into the database, and its space back to the disk. Throws what SQLite says. */
  make(): void;
}

export function createRoom(database: Database, freeBytes: () => number): Room {
  const path = database.location() ?? '';
  const pageCount = database.prepare('PRAGMA page_count');
  const freePages = database.prepare('PRAGMA freelist_count');
  const pageBytes = readNumber(database.prepare('PRAGMA page_size'));

  /** How much larger the database gets by what stands in the log, and then by this. */
  function growth(bytes: number): number {
    const fileBytes = existsSync(path) ? statSync(path).size : 0;
    const logged = Math.max(0, readNumber(pageCount) * pageBytes - fileBytes);
    return logged + Math.max(0, bytes + SPARE_BYTES - readNumber(freePages) * pageBytes);
  }

  function has(bytes: number): boolean {
    const [free, needed] = [freeBytes(), Math.ceil(bytes * OVERHEAD)];
    if (free >= PLENTY_BYTES + 2 * needed) return true;
    return free >= growth(needed) + needed + SPARE_LOG_BYTES;
  }

  function make(): void {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  return {
    has,
    require(bytes) {
      if (has(bytes)) return;
      make();
      if (!has(bytes)) throw new Error(`the disk is full (${freeBytes()} bytes are free)`);
    },
    make,
  };
}
