import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectId } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { type Log, type LogFields, silentLog } from '../../src/core/log.ts';
import type { Queue, QueueEntry, RawRequest } from '../../src/core/ports.ts';
import type { SpanId } from '../../src/core/span.ts';
import { type DiskQueueSettings, openDiskQueue } from '../../src/queue/disk-queue.ts';

export const RETRY_AFTER_MS = 1234;
export const MIB = 1024 * 1024;
export const PROJECT = 'acme/shop' as ProjectId;
export const SPAN_ID = '00f067aa0ba902b7' as SpanId;

/** A request whose body begins with the number and is `bytes` long. */
export function request(number: number, bytes = 100, more: Partial<RawRequest> = {}): RawRequest {
  const body = Buffer.alloc(bytes, number % 251);
  if (bytes >= 4) body.writeUInt32LE(number);
  return { signal: 'traces', encoding: 'protobuf', project: null, spans: 1, body, ...more };
}

/** The number that `request` wrote. */
export function numberOf(entry: { readonly body: Uint8Array }): number {
  return Buffer.from(entry.body).readUInt32LE();
}

export function numbersOf(entries: readonly QueueEntry[]): readonly number[] {
  return entries.map(numberOf);
}

export function idsOf(entries: readonly QueueEntry[]): readonly number[] {
  return entries.map((entry) => entry.id);
}

/** Puts the requests of these numbers at the same time and answers the outcomes. */
export function putAll(queue: Queue, numbers: readonly number[], bytes = 100) {
  return Promise.all(numbers.map((number) => queue.put(request(number, bytes))));
}

export function range(count: number, first = 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Settles everything that was delivered. */
export function settleAll(queue: Queue, entries: readonly Pick<QueueEntry, 'id'>[]): void {
  queue.settle(entries.map(({ id }) => ({ id, dead: [] })));
}

export interface RecordingLog extends Log {
  readonly lines: readonly { readonly level: keyof Log; readonly message: string; readonly fields: LogFields }[];
}

export function recordingLog(): RecordingLog {
  const lines: { level: keyof Log; message: string; fields: LogFields }[] = [];
  const level =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  return { lines, debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** A temporary directory that `remove` deletes. */
export function temporaryDir() {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-queue-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function openQueue(
  dir: string,
  settings: Partial<DiskQueueSettings> = {},
  log: Log = silentLog,
  counters = createCounters(),
) {
  return openDiskQueue(
    { clock: systemClock, log, counters },
    { dir, maxBytes: 64 * MIB, fsync: false, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS, ...settings },
  );
}

/** Which numbers the churning child process settles as dead. */
export const isDead = (number: number) => number % 5 === 0;
