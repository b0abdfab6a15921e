import { MAX_VALUE_DEPTH } from '../decode/limits.ts';
import type { AttributesLike, ReadableSpanLike } from '../decode/readable-span-like.ts';

/** A span without attributes: objects, ids, times. */
const SPAN_BYTES = 1024;
const EVENT_BYTES = 256;
const ATTRIBUTE_BYTES = 48;
/** V8 keeps a text that is not all Latin-1 with two bytes a character. */
const CHARACTER_BYTES = 2;

/** How much memory a finished span takes, at most and roughly: cheap enough to be asked for each span. Never throws. */
export function estimatedBytes(span: ReadableSpanLike): number {
  let bytes = SPAN_BYTES;
  try {
    bytes += textBytes(span.name) + textBytes(span.status.message) + attributesBytes(span.attributes);
    for (const event of span.events) bytes += EVENT_BYTES + textBytes(event.name) + attributesBytes(event.attributes);
    for (const link of span.links) bytes += EVENT_BYTES + attributesBytes(link.attributes);
  } catch {
    // Not as the SDK makes them: it is rejected when it is decoded.
  }
  return bytes;
}

/** Without the keys: they are constants of those who set them. */
function attributesBytes(attributes: AttributesLike | undefined): number {
  let bytes = 0;
  for (const key in attributes) bytes += ATTRIBUTE_BYTES + valueBytes(attributes[key], 1);
  return bytes;
}

/** As deep as values are read: SDK 3.x takes lists and objects within each other. */
function valueBytes(value: unknown, depth: number): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null || depth > MAX_VALUE_DEPTH) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  let bytes = 0;
  if (Array.isArray(value)) {
    for (const item of value) bytes += ATTRIBUTE_BYTES + valueBytes(item, depth + 1);
    return bytes;
  }
  const members = value as AttributesLike;
  for (const key in members) bytes += ATTRIBUTE_BYTES + textBytes(key) + valueBytes(members[key], depth + 1);
  return bytes;
}

function textBytes(text: string | undefined): number {
  return text === undefined ? 0 : text.length * CHARACTER_BYTES;
}
