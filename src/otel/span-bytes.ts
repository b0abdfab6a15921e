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
    bytes += attributesBytes(span.attributes);
    for (const event of span.events) bytes += EVENT_BYTES + attributesBytes(event.attributes);
    for (const link of span.links) bytes += EVENT_BYTES + attributesBytes(link.attributes);
  } catch {
    // Not as the SDK makes them: it is rejected when it is decoded.
  }
  return bytes;
}

function attributesBytes(attributes: AttributesLike | undefined): number {
  let bytes = 0;
  for (const key in attributes) bytes += ATTRIBUTE_BYTES + valueBytes(attributes[key]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return value.length * CHARACTER_BYTES;
  if (value instanceof Uint8Array) return value.byteLength;
  if (!Array.isArray(value)) return 0;
  let bytes = 0;
  for (const item of value) bytes += ATTRIBUTE_BYTES + (typeof item === 'string' ? item.length * CHARACTER_BYTES : 0);
  return bytes;
}
