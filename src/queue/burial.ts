import type { Settled } from '../core/ports.ts';
import type { Database } from './database.ts';
import { ENTRY_OVERHEAD_BYTES } from './ledger.ts';

/** A longer reason is cut: it is an answer of a server, and nobody bounds those. */
const MAX_REASON_CHARS = 1000;

/** What was dropped. */
export interface PushedOut {
  readonly letters: number;
  readonly spans: number;
}

export interface Burial {
  /** Writes a dead letter for an entry, which must still be stored. */
  bury(settled: Settled, nowMs: number): void;
  /** Drops the oldest letters beyond the bound; the newest one always stays. Call it in the transaction that buried. */
  dropBeyondBound(): PushedOut;
}

export function createBurial(database: Database, maxBytes: number): Burial {
  // A dead span without an id stands for all of its request.
  const insert = database.prepare(`
    INSERT INTO dead_letters (accepted_at, buried_at, signal, encoding, project, more, spans, dead, retry, bytes, body)
    SELECT accepted_at, ?2, signal, encoding, project, more, coalesce(?4, spans), ?3, 0,
      length(body) + length(?3) + ${ENTRY_OVERHEAD_BYTES}, body
    FROM entries WHERE id = ?1`);
  const totals = database.prepare('SELECT count(*) AS letters, sum(bytes) AS bytes FROM dead_letters');
  const dropOldest = database.prepare(
    'DELETE FROM dead_letters WHERE id = (SELECT min(id) FROM dead_letters) RETURNING bytes, spans',
  );

  function dropBeyondBound(): PushedOut {
    const row = totals.get();
    let letters = Number(row?.['letters']);
    let bytes = Number(row?.['bytes']);
    const dropped = { letters: 0, spans: 0 };
    while (bytes > maxBytes && letters > 1) {
      const oldest = dropOldest.get();
      bytes -= Number(oldest?.['bytes']);
      letters -= 1;
      dropped.letters += 1;
      dropped.spans += Number(oldest?.['spans']);
    }
    return dropped;
  }

  return {
    bury({ id, dead }, nowMs) {
      const short = dead.map(({ spanId, reason }) => ({ spanId, reason: reason.slice(0, MAX_REASON_CHARS) }));
      const spans = dead.some(({ spanId }) => spanId === '') ? null : dead.length;
      insert.run(id, nowMs, JSON.stringify(short), spans);
    },
    dropBeyondBound,
  };
}
