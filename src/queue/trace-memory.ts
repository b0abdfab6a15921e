import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CountedSpan, TraceMemory } from '../core/ports.ts';

/** Of each of the two files: some 100,000 spans. When the younger one is full it takes the place of the older. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Ids that providers give are below 100 characters; of a longer one this much tells it apart. */
const MAX_RESPONSE_ID = 200;

/**
 * Trace, span, parent, and what it is a run of; of a span that states usage also input and output tokens, whether it is a
 * model call, its response, and whether it stands in. What is last and does not apply is left out.
 */
type Line = [string, string, string, string?, number?, number?, boolean?, string?, boolean?];
const TYPES = ['string', 'string', 'string', 'string', 'number', 'number', 'boolean', 'string', 'boolean'];

/**
 * Keeps what the counting of tokens has to remember in two files of the queue directory, a line a span. A line is written
 * before the calls of its request are sent, so that a kill at any moment loses nothing that Weave has; lines that come
 * twice do no harm. They hold ids and counts, no content.
 */
export function openTraceMemory(dir: string, { log }: { readonly log: Log }): TraceMemory {
  const path = join(dir, 'traces.jsonl');
  const olderPath = join(dir, 'traces.old.jsonl');
  const recalled: CountedSpan[] = [];
  /** Undefined while it is closed, or cannot be written. */
  let file: number | undefined;
  let bytes = 0;
  let state: 'kept' | 'failing' | 'closed' = 'kept';

  function open(): number {
    const opened = openSync(path, 'a', 0o600);
    bytes = fstatSync(opened).size;
    // The last line may not have its end: a process was killed, or its disk was full.
    if (bytes > 0) bytes += writeSync(opened, '\n');
    return opened;
  }

  function close(): void {
    if (file !== undefined) closeSync(file);
    file = undefined;
  }

  function append(text: string): void {
    file ??= open();
    bytes += writeSync(file, text);
    if (bytes < MAX_FILE_BYTES) return;
    close();
    renameSync(path, olderPath);
  }

  /** A disk that is full now may have room for the next. */
  function tryTo(step: () => void): void {
    try {
      step();
      if (state === 'failing') log.info('What traces have counted is kept on disk again.', { file: path });
      state = 'kept';
    } catch (thrown) {
      close();
      const reason = messageOf(thrown);
      if (state === 'kept') {
        log.warn('What traces have counted cannot be kept on disk: after a restart some tokens may be counted twice.', {
          file: path,
          reason,
        });
      }
      state = 'failing';
    }
  }

  tryTo(() => {
    for (const one of [olderPath, path]) for (const span of readLines(one, log)) recalled.push(span);
    file = open();
  });

  return {
    recall: () => recalled.splice(0),
    remember(spans) {
      if (state !== 'closed' && spans.length > 0) tryTo(() => append(spans.map(lineOf).join('')));
    },
    close() {
      close();
      state = 'closed';
    },
  };
}

function lineOf({ span, usage, isModelCall, isStandIn, runs, responseId }: CountedSpan): string {
  const ids = `["${span.traceId}","${span.spanId}","${span.parentSpanId}","${runs ?? ''}"`;
  if (!usage) return `${ids}]\n`;
  const named = responseId !== undefined || isStandIn;
  const response = named ? `,${JSON.stringify((responseId ?? '').slice(0, MAX_RESPONSE_ID))}` : '';
  const last = isStandIn ? ',true' : '';
  return `${ids},${usage.inputTokens},${usage.outputTokens},${isModelCall}${response}${last}]\n`;
}

function readLines(path: string, log: Log): readonly CountedSpan[] {
  if (!existsSync(path)) return [];
  const spans: CountedSpan[] = [];
  let broken = 0;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const span = readLine(line);
    if (span) spans.push(span);
    else broken += 1;
  }
  if (broken > 1) log.warn('Lines that cannot be read were passed over.', { file: path, lines: broken });
  return spans;
}

function readLine(line: string): CountedSpan | undefined {
  const data = parsed(line);
  if (!isLine(data)) return undefined;
  const [traceId, spanId, parentSpanId, run = '', inputTokens, outputTokens = 0, isModelCall = false, response, last] =
    data;
  const runs = run === 'tool' || run === 'agent' ? run : undefined;
  const usage = inputTokens === undefined ? undefined : { inputTokens, outputTokens };
  const span = { traceId, spanId, parentSpanId } as CountedSpan['span'];
  const responseId = response === '' ? undefined : response;
  return { span, usage, isModelCall, ...(last && { isStandIn: true }), ...(runs && { runs }), responseId };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // cut off by a kill
  }
}

function isLine(data: unknown): data is Line {
  return Array.isArray(data) && data.length >= 3 && data.every((value, at) => typeof value === TYPES[at]);
}
