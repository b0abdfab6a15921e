import type { Clock, Timer } from '../core/clock.ts';
import { isAnswer } from '../core/content-log.ts';
import type { SpanEvent } from '../core/span.ts';

/** What became of a record. */
export type RecordEnd =
  /** The join was stopped, or the call of its span still waits in the queue, parked under `blockedBy`. */
  | { readonly status: 'released'; readonly blockedBy?: string | undefined }
  | {
      readonly status: /** The call of its span has its end, with the record in it. */
        | 'joined'
        /** Its span came with its content. */
        | 'not_needed'
        /** It came when the call of its span had gone without it. */
        | 'late'
        /** Others needed its place. */
        | 'crowded_out'
        /** Its span has not come in time: perhaps it was never sent. */
        | 'unclaimed';
    };

/** A record that waits for its span. */
export interface WaitingRecord {
  readonly event: SpanEvent;
  /** The same for all records of one request, and for no others. */
  readonly request: object;
  /** About what it takes in memory. */
  readonly bytes: number;
  readonly isLate: boolean;
  readonly done: (end: RecordEnd) => void;
}

export interface RecordStoreSettings {
  /** How long records wait for their span: a prompt is logged when the call begins, its span comes when it has ended. */
  readonly keepMs: number;
  /** Of all that wait; beyond it the records of the span that has been waited for longest give way. */
  readonly maxBytes: number;
}

/** Log records that came before their span, by the id that joins them. Not on disk: their requests are, in the queue. */
export interface RecordStore {
  /** Says whether older records had to give way. */
  add(id: string, record: WaitingRecord): boolean;
  /** Whether the records of this id hold the answer; undefined where there are none. */
  isAnswered(id: string): boolean | undefined;
  /** Takes the records of a span out, all or some; whoever does has to end them. */
  take(id: string, which?: (record: WaitingRecord) => boolean): readonly WaitingRecord[];
  isEmpty(): boolean;
  /** Ends the waiting of all. */
  stop(): void;
}

/** What a record takes beside its text, so that small ones are bounded, too. */
export const RECORD_BYTES = 512;

interface Shelf {
  records: WaitingRecord[];
  readonly timer: Timer;
}

export function createRecordStore(clock: Clock, { keepMs, maxBytes }: RecordStoreSettings): RecordStore {
  const shelves = new Map<string, Shelf>();
  let bytes = 0;

  function take(id: string, which: (record: WaitingRecord) => boolean = () => true): readonly WaitingRecord[] {
    const shelf = shelves.get(id);
    if (!shelf) return [];
    const taken = shelf.records.filter(which);
    shelf.records = shelf.records.filter((record) => !which(record));
    for (const record of taken) bytes -= record.bytes + RECORD_BYTES;
    if (shelf.records.length === 0) {
      shelves.delete(id);
      shelf.timer.cancel();
    }
    return taken;
  }

  function giveUp(id: string, status: 'crowded_out' | 'unclaimed'): void {
    for (const { isLate, done } of take(id)) done({ status: isLate ? 'late' : status });
  }

  function makeRoom(): boolean {
    let hasMade = false;
    // One span may have as much as a request holds.
    while (bytes > maxBytes && shelves.size > 1) {
      const [oldest] = shelves.keys();
      giveUp(oldest ?? '', 'crowded_out');
      hasMade = true;
    }
    return hasMade;
  }

  return {
    add(id, record) {
      bytes += record.bytes + RECORD_BYTES;
      const shelf = shelves.get(id);
      if (shelf) shelf.records.push(record);
      else shelves.set(id, { records: [record], timer: clock.after(keepMs, () => giveUp(id, 'unclaimed')) });
      return makeRoom();
    },
    isAnswered: (id) => shelves.get(id)?.records.some(({ event }) => isAnswer(event)),
    take,
    isEmpty: () => shelves.size === 0,
    stop() {
      for (const id of [...shelves.keys()]) for (const { done } of take(id)) done({ status: 'released' });
    },
  };
}
