import { describe, expect, it } from '@jest/globals';
import { openDatabase, readNumber } from '../../src/queue/database.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
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

  it.each([
    [2, ''],
    [1, 'DROP TABLE outbox; PRAGMA user_version = 1'],
  ])('takes over what version %d has stored', (_version, change) => {
    const { dir, remove } = temporaryDir();
    const path = `${dir}/queue.db`;
    const old = openDatabase(path);
    old.exec(VERSION_2 + change);
    old.close();
    const database = openDatabase(path);
    prepareSchema(database, path, false);
    const letters = openDeadLetters(dir);
    expect(letters.list()).toEqual([
      {
        ...{
          id: 5,
          signal: 'traces',
          encoding: 'json',
          project: 'acme/shop',
          spans: 2,
          pinned: false,
          retrying: false,
        },
        dead: [
          { spanId: 'a', reason: 'x' },
          { spanId: 'b', reason: 'y' },
        ],
        ...{ acceptedAtMs: 1, buriedAtMs: 2 },
      },
    ]);
    expect(Buffer.from(letters.body(5) ?? []).toString()).toBe('body');
    expect(database.prepare('SELECT id, more FROM entries').all()).toMatchObject([{ id: 7, more: null }]);
    expect(database.prepare('SELECT * FROM outbox').all()).toEqual([]);
    letters.close();
    database.close();
    remove();
  });
});

const VERSION_2 = `
  CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, accepted_at INTEGER NOT NULL, signal TEXT NOT NULL,
    encoding TEXT NOT NULL, project TEXT, spans INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, accepted_at INTEGER NOT NULL,
    buried_at INTEGER NOT NULL, signal TEXT NOT NULL, encoding TEXT NOT NULL, project TEXT, dead TEXT NOT NULL,
    bytes INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE INDEX dead_letter_bytes ON dead_letters (bytes);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, trigger TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
  INSERT INTO entries VALUES (7, 1, 'traces', 'json', NULL, 3, x'00');
  INSERT INTO dead_letters VALUES (5, 1, 2, 'traces', 'json', 'acme/shop',
    '[{"spanId":"a","reason":"x"},{"spanId":"b","reason":"y"}]', 300, CAST('body' AS BLOB));
  PRAGMA user_version = 2;
`;
