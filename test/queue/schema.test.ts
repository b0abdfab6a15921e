import { describe, expect, it } from '@jest/globals';
import { openDatabase, readNumber } from '../../src/queue/database.ts';
import { prepareSchema } from '../../src/queue/schema.ts';
import { temporaryDir } from './world.ts';

describe('the database of the disk queue', () => {
  // https://www.sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL
  it.each([
    [false, 1],
    [true, 2],
  ])('with fsync %s is opened with synchronous %d, in write-ahead mode', (fsync, synchronous) => {
    const { dir, remove } = temporaryDir();
    const database = openDatabase(`${dir}/queue.db`);
    prepareSchema(database, `${dir}/queue.db`, fsync);
    expect(readNumber(database.prepare('PRAGMA synchronous'))).toBe(synchronous);
    expect(database.prepare('PRAGMA journal_mode').get()?.['journal_mode']).toBe('wal');
    database.close();
    remove();
  });
});
