/** The one file of the triggers that knows `node:sqlite`. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

export type SqlValue = string | number | null;

export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly id: number };
  /** The first row; undefined where there is none. */
  get<Row>(...values: readonly SqlValue[]): Row | undefined;
  all<Row>(...values: readonly SqlValue[]): readonly Row[];
  /** One row after the other; the statement must not be used for anything else meanwhile. */
  each<Row>(...values: readonly SqlValue[]): Iterable<Row>;
}

export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  /** Commits what `work` wrote, or nothing of it where `work` throws. Within another one it is part of that. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** How long a statement waits for another process: the commands `jobs resume` and `jobs cancel` write, too. */
const BUSY_TIMEOUT_MS = 2000;

/** Opens the file, or creates it. Throws what SQLite says. */
export function openDatabase(path: string): Database {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return {
    prepare(sql) {
      const statement = db.prepare(sql);
      const given = (values: readonly SqlValue[]) => values as SQLInputValue[];
      return {
        run(...values) {
          const { changes, lastInsertRowid } = statement.run(...given(values));
          return { changes: Number(changes), id: Number(lastInsertRowid) };
        },
        get: <Row>(...values: readonly SqlValue[]) => statement.get(...given(values)) as Row | undefined,
        all: <Row>(...values: readonly SqlValue[]) => statement.all(...given(values)) as Row[],
        each: <Row>(...values: readonly SqlValue[]) => statement.iterate(...given(values)) as Iterable<Row>,
      };
    },
    exec: (sql) => db.exec(sql),
    transaction(work) {
      if (db.isTransaction) return work();
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (thrown) {
        // A full disk makes SQLite roll back by itself.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw thrown;
      }
    },
    close: () => db.close(),
  };
}
