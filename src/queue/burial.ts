import type { Settled } from '../core/ports.ts';
import type { Database } from './database.ts';
import { ENTRY_OVERHEAD_BYTES } from './ledger.ts';

/** A longer reason is cut: it is an answer of a server, and nobody bounds those. */
const MAX_REASON_CHARS = 1000;

export interface Burial {
  /**
   * Writes a dead letter for each of the entries, which must still be stored, then drops the oldest letters beyond the
   * bound; the newest one always stays. Returns how many were dropped. Call it within a transaction.
   */
  bury(settled: readonly Settled[], nowMs: number): number;
}

export function createBurial(database: Database, maxBytes: number): Burial {
  const insert = database.prepare(`
    INSERT INTO dead_letters (accepted_at, buried_at, signal, encoding, project, dead, bytes, body)
    SELECT accepted_at, ?2, signal, encoding, project, ?3, length(body) + length(?3) + ${ENTRY_OVERHEAD_BYTES}, body
    FROM entries WHERE id = ?1`);
  const totals = database.prepare('SELECT count(*) AS letters, sum(bytes) AS bytes FROM dead_letters');
  const dropOldest = database.prepare(
    'DELETE FROM dead_letters WHERE id = (SELECT min(id) FROM dead_letters) RETURNING bytes',
  );

  function dropBeyondBound(): number {
    const row = totals.get();
    let letters = Number(row?.['letters']);
    let bytes = Number(row?.['bytes']);
    let dropped = 0;
    while (bytes > maxBytes && letters > 1) {
      bytes -= Number(dropOldest.get()?.['bytes']);
      letters -= 1;
      dropped += 1;
    }
    return dropped;
  }

  return {
    bury(settled, nowMs) {
      for (const { id, dead } of settled) {
        const short = dead.map(({ spanId, reason }) => ({ spanId, reason: reason.slice(0, MAX_REASON_CHARS) }));
        insert.run(id, nowMs, JSON.stringify(short));
      }
      return settled.length > 0 ? dropBeyondBound() : 0;
    },
  };
}
