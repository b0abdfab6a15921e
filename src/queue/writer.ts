import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { QueueEntry, RawRequest, Settled } from '../core/ports.ts';
import type { Store } from './store.ts';

/** Most body bytes in one transaction: bounds how long the process stands still for it. One body may be larger. */
const MAX_COMMIT_BYTES = 16 * 1024 * 1024;

export type Stored =
  | { readonly status: 'stored'; readonly entry: QueueEntry }
  | { readonly status: 'failed'; readonly message: string };

/** Group commit: what is asked for in one turn of the event loop shares one transaction. */
export interface Writer {
  /** Calls `done` once, when the transaction is over. */
  put(request: RawRequest, done: (stored: Stored) => void): void;
  /** What the disk refuses is tried again with the next transaction. Durable at the latest when a later `put` is. */
  settle(settled: readonly Settled[]): void;
  /** What keeps it from writing, if anything. While it fails each question is a try. */
  trouble(): string | undefined;
  /** Writes all that waits, now and for the last time. */
  close(): void;
}

interface Put {
  readonly request: RawRequest;
  readonly done: (stored: Stored) => void;
}

type Written =
  | { readonly status: 'written'; readonly entries: readonly QueueEntry[] }
  | { readonly status: 'failed'; readonly message: string };

export interface WriterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  /** Called when triggers have been written. */
  readonly onTriggers?: () => void;
}

export function createWriter({ clock, log, store, onTriggers }: WriterDeps): Writer {
  let puts: Put[] = [];
  let settled: Settled[] = [];
  let turn: 'none' | 'scheduled' = 'none';
  /** `refusing`: requests; ends, which need less room, may still be written. */
  let disk: 'working' | 'failing' | 'refusing' = 'working';

  function schedule(): void {
    if (turn === 'scheduled') return;
    turn = 'scheduled';
    void clock.yield().then(() => {
      turn = 'none';
      commit();
    });
  }

  function commit(): void {
    if (puts.length === 0 && settled.length === 0) return;
    const group = takeGroup();
    if (puts.length > 0) schedule();
    const written = write(group, settled);
    switch (written.status) {
      case 'written':
        written.entries.forEach((entry, index) => {
          group[index]?.done({ status: 'stored', entry });
        });
        return;
      case 'failed':
        if (settled.length > 0) settleAtLeastSome(group.length > 0 ? settled : []);
        for (const put of group) put.done(written);
    }
  }

  /** On a full disk deletions may still fit, and they make the room that puts, and dead letters, lack. */
  function settleAtLeastSome(all: readonly Settled[]): void {
    if (all.length > 0 && write([], all).status === 'written') return;
    const delivered = settled.filter(({ dead }) => dead.length === 0);
    if (delivered.length > 0 && delivered.length < settled.length) write([], delivered);
  }

  /** The oldest puts that share a transaction, at least one if there is any. */
  function takeGroup(): readonly Put[] {
    let bytes = 0;
    const end = puts.findIndex(({ request }, index) => {
      bytes += request.body.byteLength;
      return index > 0 && bytes > MAX_COMMIT_BYTES;
    });
    const group = end < 0 ? puts : puts.slice(0, end);
    puts = end < 0 ? [] : puts.slice(end);
    return group;
  }

  function write(group: readonly Put[], ended: readonly Settled[]): Written {
    try {
      const requests = group.map((put) => put.request);
      const entries = store.write(requests, ended, clock.now());
      if (ended.length > 0) store.shrink();
      if (ended.some(({ triggers }) => triggers !== undefined && triggers.length > 0)) onTriggers?.();
      settled = ended === settled ? [] : settled.filter((one) => !ended.includes(one));
      if (disk === 'refusing' && group.length === 0) return { status: 'written', entries };
      if (disk !== 'working') log.info('the queue can be written again');
      disk = 'working';
      return { status: 'written', entries };
    } catch (thrown) {
      const message = messageOf(thrown);
      if (disk === 'working') {
        log.error('the queue cannot be written: senders are told to come again', { error: message });
      }
      if (group.length > 0) disk = 'refusing';
      else if (disk === 'working') disk = 'failing';
      return { status: 'failed', message };
    }
  }

  return {
    put(request, done) {
      puts.push({ request, done });
      schedule();
    },
    settle(more) {
      for (const one of more) settled.push(one);
      schedule();
    },
    trouble() {
      if (disk === 'working') return undefined;
      try {
        store.probe();
        return undefined;
      } catch (thrown) {
        return `the queue cannot be written: ${messageOf(thrown)}`;
      }
    },
    close() {
      do commit();
      while (puts.length > 0);
      if (settled.length > 0) {
        log.warn('the end of some requests could not be written: they will be delivered once more', {
          requests: settled.length,
        });
      }
      settled = [];
    },
  };
}
