import { statSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { type Database, inTransaction, NO_SPACE, openToRead, readNumber, resultCode } from './database.ts';
import { isAsStored } from './more.ts';
import { createRoom } from './room.ts';
import { checkVersion, SCHEMA_VERSION } from './schema.ts';

/** Ids that are tried behind a damaged place, from either side: a page holds a few dozen requests at most. */
const MAX_STEPS = 1000;
/** Written in one transaction: bounds the log. One row may be larger. */
const MAX_COMMIT_BYTES = 16 * 1024 * 1024;

const TABLES = {
  entries: ['id', 'accepted_at', 'signal', 'encoding', 'project', 'spans', 'more', 'body'],
  dead_letters: [
    ...['id', 'accepted_at', 'buried_at', 'signal', 'encoding', 'project', 'more', 'spans', 'dead', 'retry'],
    ...['bytes', 'body'],
  ],
  outbox: ['id', 'trigger', 'bytes'],
} as const;

type Table = keyof typeof TABLES;
type Row = Readonly<Record<string, null | number | bigint | string | NodeJS.NonSharedUint8Array>>;

export interface Salvaged {
  readonly requests: number;
  readonly letters: number;
  /** Why it ended before its time, if it did. */
  readonly ended?: string;
}

/**
 * Copies what can still be read of a damaged queue into a new one, under the same ids. What was settled in the damaged
 * part may come once more; Weave keeps it once. `freeBytes`: of the disk of the new one. Never throws.
 */
export function salvage(path: string, to: Database, freeBytes: () => number): Salvaged {
  const copied: Record<Table, number> = { entries: 0, dead_letters: 0, outbox: 0 };
  const room = createRoom(to, freeBytes);
  let ended: string | undefined;
  let from: Database | undefined;
  try {
    // Of an empty file SQLite would delete the log.
    if (statSync(path).size > 0) from = openToRead(path);
    if (from && checkVersion(from, path) === SCHEMA_VERSION) {
      for (const table of ['entries', 'dead_letters', 'outbox'] as const) {
        for (const rows of portions(readable(from, table))) {
          room.require(rows.reduce((sum, row) => sum + bytesOf(row), 0));
          copied[table] += insertAll(to, table, rows);
        }
      }
    }
  } catch (thrown) {
    ended = messageOf(thrown);
  }
  from?.close();
  return { requests: copied.entries, letters: copied.dead_letters, ...(ended !== undefined && { ended }) };
}

/** From the front to a place that is damaged through and through, then from the back to there. */
function* readable(from: Database, table: Table): Generator<Row> {
  const columns = TABLES[table].join(', ');
  const forward = from.prepare(`SELECT ${columns} FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`);
  const backward = from.prepare(`SELECT ${columns} FROM ${table} WHERE id < ? ORDER BY id DESC LIMIT 1`);
  let last = 0;
  for (const row of walk((id) => forward.get(id) as Row | undefined, 0, 1)) {
    last = Number(row['id']);
    yield row;
  }
  for (const row of walk((id) => backward.get(id) as Row | undefined, endOf(from, table), -1)) {
    if (Number(row['id']) <= last) return;
    yield row;
  }
}

/** The id after the last one that was ever given. */
function endOf(from: Database, table: Table): number {
  try {
    return readNumber(from.prepare(`SELECT seq FROM sqlite_sequence WHERE name = '${table}'`)) + 1;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

function* walk(next: (id: number) => Row | undefined, start: number, step: 1 | -1): Generator<Row> {
  let [id, steps] = [start, 0];
  while (steps < MAX_STEPS) {
    let row: Row | undefined;
    try {
      row = next(id);
      if (row === undefined) return;
    } catch {
      row = undefined;
    }
    const isFurther = row !== undefined && (Number(row['id']) - id) * step > 0;
    id = isFurther ? Number(row?.['id']) : id + step;
    steps = isFurther ? 0 : steps + 1;
    if (isFurther && row && isSound(row)) yield row;
  }
}

/** SQLite checks types; it does not know that these are JSON, and has no checksum of a body. */
function isSound(row: Row): boolean {
  try {
    for (const column of ['more', 'dead', 'trigger']) JSON.parse(String(row[column] ?? null));
    const { body, more } = row;
    return typeof body !== 'object' || body === null || isAsStored(more, body);
  } catch {
    return false;
  }
}

function* portions(rows: Iterable<Row>): Generator<readonly Row[]> {
  let [portion, bytes]: [Row[], number] = [[], 0];
  for (const row of rows) {
    bytes += bytesOf(row);
    portion.push(row);
    if (bytes < MAX_COMMIT_BYTES) continue;
    yield portion;
    [portion, bytes] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}

/** Answers how many of them the new tables have taken. */
function insertAll(to: Database, table: Table, rows: readonly Row[]): number {
  const columns = TABLES[table];
  const insert = to.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return inTransaction(to, () =>
    rows.reduce((taken, row) => {
      try {
        insert.run(...columns.map((column) => row[column] ?? null));
        return taken + 1;
      } catch (thrown) {
        if (NO_SPACE.has(resultCode(thrown))) throw thrown;
        return taken;
      }
    }, 0),
  );
}

const bytesOf = (row: Row): number =>
  Object.values(row).reduce<number>((sum, value) => {
    return sum + (typeof value === 'string' || (typeof value === 'object' && value) ? value.length : 8);
  }, 0);
