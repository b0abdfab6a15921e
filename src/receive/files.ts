import type { Clock } from '../core/clock.ts';
import type { Accept } from '../core/ports.ts';
import { looksLikeLogs } from '../decode/logs.ts';
import { readRecords } from './files-read.ts';
import type { FileRecord } from './files-record.ts';
import { createHandleExport, type ExportSignal } from './handle-export.ts';
import type { ReceiverDeps } from './receiver.ts';

/** How soon a full queue is asked again: it is our own, and asking costs nothing. */
const FULL_QUEUE_POLL_MS = 50;

export interface FilesDeps extends ReceiverDeps {
  /** Told of everything in a file that is not taken. `place` is `file:line` or `file: byte n`. */
  readonly onBad: (place: string, reason: string) => void;
}

export interface FilesSettings {
  readonly maxBodyBytes: number;
  /** Whether spans that name no project have one to go to. */
  readonly defaultProjectKnown: boolean;
  /** Whether log records that hold the content of spans are kept for them. */
  readonly joinLogs: boolean;
}

export interface Files {
  /**
   * Reads one file and offers its requests, waiting while the queue is full. A bad record is told and passed over.
   * Resolves early when the signal aborts or nothing is accepted any more. `name` is what places are told with.
   */
  read(name: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
}

export function createFiles(deps: FilesDeps, settings: FilesSettings): Files {
  return {
    async read(name, chunks, signal) {
      const accept = patient(deps.accept, deps.clock, signal);
      const handle = createHandleExport({ ...deps, accept }, { transport: 'file', ...settings });

      /** False where nothing more will be taken. */
      async function offer(record: FileRecord): Promise<boolean> {
        if (record.status === 'bad') {
          deps.onBad(record.place, record.reason);
          return true;
        }
        const { encoding, body, place } = record;
        const take = (signal: ExportSignal) => handle({ signal, encoding, body, projectHeader: undefined });
        const first = await take(signalOf(record));
        const isLogs = first.status === 'invalid' && encoding === 'protobuf' && looksLikeLogs(body);
        const outcome = isLogs ? await take('logs') : first;
        if (outcome.status !== 'success') deps.onBad(place, outcome.message);
        return outcome.status !== 'unavailable' && outcome.status !== 'full';
      }

      for await (const record of readRecords(chunks, { name, maxBodyBytes: settings.maxBodyBytes })) {
        if (signal.aborted || !(await offer(record))) return;
      }
    },
  };
}

/** A line of JSON begins with what it holds. Protobuf does not tell: what does not hold spans may hold log records. */
function signalOf({ encoding, body }: Extract<FileRecord, { status: 'request' }>): ExportSignal {
  if (encoding !== 'json') return 'traces';
  const beginning = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, BEGINNING_BYTES)).toString(
    'latin1',
  );
  if (/^\W*"resource_?logs"/i.test(beginning)) return 'logs';
  return /^\W*"resource_?metrics"/i.test(beginning) ? 'metrics' : 'traces';
}

const BEGINNING_BYTES = 100;

/** A file can wait: a full queue only slows its reading down. */
function patient(accept: Accept, clock: Clock, signal: AbortSignal): Accept {
  return async (request) => {
    let outcome = await accept(request);
    while (outcome.status === 'full' && !signal.aborted) {
      await clock.sleep(FULL_QUEUE_POLL_MS, signal);
      outcome = await accept(request);
    }
    return outcome;
  };
}
