import { type Line, readLines } from './files-lines.ts';
import { type FileRecord, type RecordSettings, tooLarge } from './files-record.ts';

/** How a request begins. No line inside one begins like this, so what is open above it has been cut off. */
const BEGINS_REQUEST = /^\s*\{\s*"resource_?(spans|logs|metrics)"/i;
const BEGINNING_BYTES = 100;

/** A request that goes on over several lines: pretty-printed JSON. */
interface Open {
  readonly line: number;
  readonly parts: Uint8Array[];
  bytes: number;
  /** How many brackets are open. */
  depth: number;
}

/**
 * Reads OTLP JSON Lines (https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/) and pretty-printed
 * requests, one after the other. What is no JSON is left to the decoder, which tells why: only requests are told apart here.
 */
export async function* readJson(
  chunks: AsyncIterable<Uint8Array>,
  settings: RecordSettings,
): AsyncGenerator<FileRecord> {
  let open: Open | undefined;

  const placeOf = (line: number) => `${settings.name}:${line}`;
  const request = (line: number, body: Uint8Array): FileRecord =>
    body.length > settings.maxBodyBytes
      ? tooLarge(placeOf(line), settings)
      : { status: 'request', place: placeOf(line), encoding: 'json', body };
  const cutOff = ({ line }: Open): FileRecord => ({
    status: 'bad',
    place: placeOf(line),
    reason: 'the JSON is cut off: a bracket is never closed',
  });

  for await (const line of readLines(chunks, settings.maxBodyBytes)) {
    if (line.bytes === null) {
      yield tooLarge(placeOf(line.number), settings);
      open = undefined;
      continue;
    }
    const text = withoutBom(line);
    if (open && BEGINS_REQUEST.test(beginningOf(text))) {
      yield cutOff(open);
      open = undefined;
    }
    if (!open && isBlank(text)) continue;
    if (!open && isWhole(text)) {
      yield request(line.number, text);
      continue;
    }
    open ??= { line: line.number, parts: [], bytes: 0, depth: 0 };
    append(open, text, settings.maxBodyBytes);
    if (open.depth > 0) continue;
    yield open.bytes > settings.maxBodyBytes
      ? tooLarge(placeOf(open.line), settings)
      : request(open.line, Buffer.concat(open.parts));
    open = undefined;
  }
  if (open) yield cutOff(open);
}

function append(open: Open, text: Uint8Array, maxBytes: number): void {
  open.bytes += text.length + 1;
  open.depth = depthAfter(text, open.depth);
  if (open.bytes > maxBytes) open.parts.length = 0;
  else open.parts.push(text, Buffer.from('\n'));
}

/** How many brackets are open after a line; 0 too where a string is left open, which no line of JSON may do. */
function depthAfter(text: Uint8Array, before: number): number {
  let depth = before;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const byte = text[index];
    if (inString) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return inString ? 0 : depth;
}

/** From `{` to `}`: the usual line, which needs no counting of brackets. */
function isWhole(text: Uint8Array): boolean {
  const trimmed = text.at(-1) === 0x0d ? text.subarray(0, -1) : text;
  return trimmed.length > 1 && trimmed[0] === 0x7b && trimmed.at(-1) === 0x7d;
}

function isBlank(text: Uint8Array): boolean {
  return beginningOf(text).trim() === '' && Buffer.from(text).toString('latin1').trim() === '';
}

function beginningOf(text: Uint8Array): string {
  return Buffer.from(text.buffer, text.byteOffset, Math.min(text.length, BEGINNING_BYTES)).toString('latin1');
}

function withoutBom({ number, bytes }: Line): Uint8Array {
  const text = bytes ?? new Uint8Array();
  return number === 1 && text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text;
}
