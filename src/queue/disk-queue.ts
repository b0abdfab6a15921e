import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { AcceptOutcome, Outbox, Queue } from '../core/ports.ts';
import { createBell } from './bell.ts';
import { createClaims } from './claims.ts';
import { createFiles, databasePath, freeBytes, openError } from './files.ts';
import { createFresh } from './fresh.ts';
import { full } from './full.ts';
import { createLedger } from './ledger.ts';
import { startLetterRounds } from './letter-rounds.ts';
import { createLetters, type Kept } from './letters.ts';
import { type Lock, takeLock } from './lock.ts';
import { createMakeRoom } from './make-room.ts';
import { openSoundDatabase } from './open-database.ts';
import { createOutbox } from './outbox.ts';
import { shutOthersOut } from './permissions.ts';
import { createStore } from './store.ts';
import { createWriter } from './writer.ts';

/** Bodies kept in memory until they are claimed: spares a fifth of the queue's CPU time. */
const FRESH_BYTES = 16 * 1024 * 1024;
/** Dead letters may take this share of maxBytes, beside the entries, where nothing is said about them. */
const DEAD_LETTER_SHARE = 0.25;
/** A queue filled to this share counts as full: requests of the usual size may still fit, larger ones do not. */
const FULL_AT = 0.95;

export interface DiskQueueDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface DiskQueueSettings {
  /** Created where it is missing. Serves one process at a time. */
  readonly dir: string;
  /** Bound on the bodies, each with a small overhead. */
  readonly maxBytes: number;
  /** True: an accepted request survives not only the end of the process but also a power cut. */
  readonly fsync: boolean;
  /** Where there is no room: `refuse` what comes, or drop what has waited longest. */
  readonly onFull: 'refuse' | 'drop_oldest';
  /** What a sender is told where the queue is full or cannot be written. */
  readonly retryAfterMs: number;
  /** Bound on their bodies and reasons, and on their age since the last try. Not given: a quarter of maxBytes, for ever. */
  readonly deadLetters?: { readonly maxBytes: number /** 0: for ever. */; readonly maxAgeMs: number };
}

export interface DiskQueue extends Queue {
  /** The database file. */
  readonly path: string;
  /** What settled entries have triggered, in the same file. */
  readonly outbox: Outbox;
  /** Undefined while the disk does not answer. */
  deadLetters(): Kept | undefined;
  /** Why a put would not be accepted now, for a person. */
  trouble(): string | undefined;
}

/**
 * A queue in a SQLite file. While the disk fails, `put` answers `unavailable`, `claim` finds nothing, and `settle` is
 * written later; when it works again, so does the queue. `settle` is durable at the latest when a later `put` resolves.
 * Throws QUEUE_LOCKED, QUEUE_UNREADABLE or QUEUE_NEWER.
 */
export function openDiskQueue(deps: DiskQueueDeps, settings: DiskQueueSettings): DiskQueue {
  const { clock, log } = deps;
  const { dir, maxBytes, onFull, retryAfterMs } = settings;
  const { lock, store, stored, outbox, letters } = open(deps, settings);
  const ledger = createLedger(maxBytes, stored);
  const writer = createWriter({ clock, log, store, onTriggers: outbox.ring });
  const fresh = createFresh(FRESH_BYTES);
  const claims = createClaims({ log, ledger, fresh, store });
  const makeRoom = createMakeRoom({ ...deps, ledger, fresh, store, writer });
  const bell = createBell();
  const rounds = startLetterRounds(
    { ...deps, ledger, letters, onRequeued: bell.ring },
    { maxAgeMs: settings.deadLetters?.maxAgeMs ?? 0 },
  );
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  const unavailable = (message: string): AcceptOutcome => ({ status: 'unavailable', message, retryAfterMs });

  async function shutDown(): Promise<void> {
    rounds.close();
    writer.close();
    closing.abort();
    bell.ring();
    outbox.ring();
    store.close();
    lock.release();
  }

  return {
    path: databasePath(dir),
    outbox,
    put(request) {
      const bytes = request.body.byteLength;
      if (closed) return Promise.resolve(unavailable('the queue is closed'));
      const hasRoom = ledger.reserve(bytes) || (onFull === 'drop_oldest' && makeRoom(bytes));
      if (!hasRoom) return Promise.resolve(full(log, bytes, settings));
      return new Promise((resolve) => {
        writer.put(request, (stored) => {
          ledger.unreserve(bytes);
          switch (stored.status) {
            case 'stored':
              ledger.add(bytes, request.spans);
              fresh.add(stored.entry);
              bell.ring();
              return resolve({ status: 'accepted' });
            case 'failed':
              return resolve(unavailable(stored.message));
          }
        });
      });
    },
    claim: (claimBytes) => (closed ? [] : claims.claim(claimBytes)),
    settle(settled) {
      if (closed) return;
      for (const { id } of settled) ledger.settle(id);
      writer.settle(settled);
    },
    release(ids) {
      if (closed) return;
      ledger.release(ids);
      bell.ring();
    },
    park(ids, under) {
      if (!closed) ledger.park(ids, under);
    },
    unpark(under, unparkBytes) {
      if (closed) return;
      ledger.unpark(under, unparkBytes);
      bell.ring();
    },
    parkedUnder: () => ledger.parkedUnder(),
    recall: (ids, under) => (closed ? [] : claims.recall(ids, under)),
    ready(signal) {
      if (closed) return Promise.resolve();
      if (claims.failing()) return clock.sleep(retryAfterMs, AbortSignal.any([signal, closing.signal]));
      return ledger.waiting() > 0 ? Promise.resolve() : bell.wait(signal);
    },
    depth: () => ledger.depth(),
    deadLetters() {
      try {
        return closed ? undefined : letters.kept();
      } catch {
        return undefined; // Whoever claims or writes next says so.
      }
    },
    trouble() {
      if (closed) return undefined;
      if (onFull === 'refuse' && ledger.fill() >= FULL_AT) return 'the queue is full: senders are told to come again';
      return writer.trouble();
    },
    close() {
      closed ??= shutDown();
      return closed;
    },
  };
}

function open(deps: DiskQueueDeps, settings: DiskQueueSettings) {
  const { dir, fsync, maxBytes, retryAfterMs } = settings;
  let lock: Lock | undefined;
  try {
    createFiles(dir);
    shutOthersOut(dir, deps.log);
    lock = takeLock(dir);
    const database = openSoundDatabase(deps, dir, fsync);
    const maxLetterBytes = settings.deadLetters?.maxBytes ?? maxBytes * DEAD_LETTER_SHARE;
    const store = createStore({ ...deps, database, freeBytes: () => freeBytes(dir) }, maxLetterBytes);
    const outbox = createOutbox(deps, database, retryAfterMs);
    return { lock, store, stored: store.totals(), outbox, letters: createLetters(database) };
  } catch (thrown) {
    lock?.release();
    throw openError(dir, thrown);
  }
}
