import { parseKeepingDigits } from './digits.ts';

/**
 * Weave cuts whole fields out of a call that is larger than it stores. A call that would be too large is shortened here
 * instead: the longest texts first, their beginning and end kept, then the longest lists; and the call says
 * what was shortened and by how much.
 */

/** What Weave stores of one call, with room for what it adds itself. */
export const MAX_CALL_BYTES = Math.floor(3.4 * 1024 * 1024);
/** Texts of fewer characters are never shortened: ids, names, small arguments. */
const MIN_TEXT = 1_024;
/** Lists of fewer items are never shortened. Vectors have thousands. */
const MIN_LIST = 64;
/** At most so many shortened places are listed in the call. */
const MAX_LISTED = 50;
/** Room for that list. */
const LISTED_BYTES = MAX_LISTED * 200;

type Holder = Record<string | number, unknown>;

/** A text or list in the call, with the way to it. */
interface Place {
  readonly holder: Holder;
  readonly key: string;
  readonly path: string;
  readonly length: number;
}

interface Cut {
  readonly path: string;
  /** Characters of a text, items of a list. */
  readonly length: number;
  readonly kept: number;
}

export interface Shortened {
  readonly text: string;
  /** How many texts and lists were cut. */
  readonly cuts: number;
}

/** The call as it is where it is small enough; else with its longest texts and lists shortened. */
export function shortenCall(text: string, maxBytes = MAX_CALL_BYTES): Shortened {
  let bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return { text, cuts: 0 };
  const call = parseKeepingDigits(text) as Holder;
  const cuts: Cut[] = [];
  // Escapes and other alphabets take more bytes than characters: what is left over is cut once more, harder.
  for (let limit = Number.POSITIVE_INFINITY; bytes > maxBytes && limit > MIN_TEXT; bytes = sizeOf(call)) {
    const places = find(call, (value) => typeof value === 'string' && value.length > MIN_TEXT);
    limit = Math.min(limitFor(places, bytes - maxBytes + LISTED_BYTES), limit / 2);
    for (const place of places)
      if (place.length > limit) cuts.push(cut(place, (text) => headAndTail(text as string, limit)));
  }
  for (let limit = 4096; bytes > maxBytes && limit >= MIN_LIST; limit /= 4, bytes = sizeOf(call)) {
    for (const place of find(call, (value) => Array.isArray(value) && value.length > limit)) {
      cuts.push(cut(place, (list) => firstItems(list as unknown[], limit)));
    }
  }
  note(call, cuts);
  return { text: JSON.stringify(call), cuts: new Set(cuts.map(({ path }) => path)).size };
}

const sizeOf = (call: Holder) => Buffer.byteLength(JSON.stringify(call)) + LISTED_BYTES;

/** Every text or list that `wanted` wants, the longest first. */
function find(call: Holder, wanted: (value: unknown) => boolean): readonly Place[] {
  const places: Place[] = [];
  const walk = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (wanted(value)) places.push({ holder: node as Holder, key, path: at, length: (value as string).length });
      else walk(value, at);
    }
  };
  walk(call, '');
  return places.sort((a, b) => b.length - a.length);
}

/** The length to which the longest must shrink so that together they lose `excess`. */
function limitFor(places: readonly Place[], excess: number): number {
  let saved = 0;
  for (const [at, place] of places.entries()) {
    const next = Math.max(places[at + 1]?.length ?? MIN_TEXT, MIN_TEXT);
    const gain = (at + 1) * (place.length - next);
    if (saved + gain >= excess) return Math.max(MIN_TEXT, Math.floor(place.length - (excess - saved) / (at + 1)));
    saved += gain;
  }
  return MIN_TEXT;
}

function cut({ holder, key, path, length }: Place, shorten: (value: unknown) => string | unknown[]): Cut {
  const short = shorten(holder[key]);
  holder[key] = short;
  return { path, length, kept: short.length };
}

/** Beginning and end of a text with a note between them of how much is missing. */
export function headAndTail(text: string, limit: number): string {
  const gap = `\n… [${text.length - Math.floor(limit)} characters left out by otel-weave-bridge] …\n`;
  const half = Math.max(0, Math.floor((limit - gap.length) / 2));
  const head = text.slice(0, half).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(text.length - half).replace(/^[\udc00-\udfff]/, '');
  return head + gap + tail;
}

function firstItems(list: unknown[], limit: number): unknown[] {
  return [...list.slice(0, limit), `… [${list.length - limit} items left out by otel-weave-bridge]`];
}

/** `attributes.otel_weave_bridge.truncated`: path, length before and length now. */
function note(call: Holder, cuts: readonly Cut[]): void {
  const places = new Map<string, Cut>();
  for (const one of cuts) places.set(one.path, { ...one, length: places.get(one.path)?.length ?? one.length });
  const attributes = (call['attributes'] ?? {}) as Holder;
  call['attributes'] = {
    ...attributes,
    otel_weave_bridge: {
      ...(attributes['otel_weave_bridge'] as Holder | undefined),
      truncated: [...places.values()].slice(0, MAX_LISTED),
      truncated_count: places.size,
    },
  };
}
