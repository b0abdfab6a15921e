/** The large parts of a JSON text, by where they stand in its bytes: what is small is not looked into. */
export interface Outline {
  readonly kind: 'text' | 'list' | 'object' | 'other';
  /** In bytes, quotes and brackets included. */
  readonly start: number;
  readonly end: number;
  /** Of a list or an object. */
  readonly members: readonly Member[];
  /** What it takes at least where no image or recording in it is cut; 0 where it holds none. In bytes. */
  readonly wholeMedia: number;
}

export interface Member {
  /** Where its key begins; in a list, its value. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
  /** Undefined of a small value. */
  readonly value: Outline | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

const NO_MEMBERS: readonly Member[] = [];
/** What is not media may be cut to this; what a note of cuts takes is in it. */
const LEAST_BESIDE_MEDIA = 256;
/** Base64 is known by its beginning. */
const MEDIA_PREFIX = 128;
const DATA_URI = /^"data:[\w.+/;=-]*;base64,/;
/** Of `input_audio` the data stand alone. */
const AUDIO_KEY = /"data"\s*:\s*$/;
const BASE64 = /^"[\w+/=-]{100}/;

const NEAR = 64;

/**
 * Goes through sound JSON once. Values of at most `small` bytes have no outline of their own.
 * The nesting is that of the call's JSON, which is bounded (see MAX_JSON_DEPTH, MAX_KEY_PARTS and the decoders).
 */
export function outlineOf(json: Buffer, small: number): Outline {
  let at = 0;

  function white(): void {
    while ((json[at] ?? QUOTE) <= SPACE) at++;
  }

  /** Byte by byte, which is best for short strings and for escapes, then by leaps to the next quote. */
  function string(): void {
    at++;
    for (;;) {
      for (const near = at + NEAR; at < near; at++) {
        if (json[at] === BACKSLASH) at++;
        else if (json[at] === QUOTE) {
          at++;
          return;
        }
      }
      const quote = json.indexOf(QUOTE, at);
      let escapes = quote;
      while (escapes > at && json[escapes - 1] === BACKSLASH) escapes--;
      at = quote === -1 ? json.length : quote + 1;
      if ((quote - escapes) % 2 === 0) return;
    }
  }

  function scalar(): void {
    for (let code = json[at]; code !== undefined; code = json[++at]) {
      if (code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT || code <= SPACE) return;
    }
  }

  function members(isObject: boolean): readonly Member[] {
    const found: Member[] = [];
    const close = isObject ? CLOSE_OBJECT : CLOSE_LIST;
    at++;
    for (white(); json[at] !== close && at < json.length; white()) {
      const start = at;
      if (isObject) {
        string();
        white();
        at++; // the colon
        white();
      }
      const valueStart = at;
      const value = read();
      const isLarge = value.end - value.start > small;
      found.push({ start, valueStart, end: at, value: isLarge ? withMedia(json, start, value) : undefined });
      white();
      if (json[at] === COMMA) at++;
    }
    at++;
    return found;
  }

  function read(): Outline {
    const start = at;
    switch (json[at]) {
      case QUOTE:
        string();
        return { kind: 'text', start, end: at, members: NO_MEMBERS, wholeMedia: 0 };
      case OPEN_LIST:
      case OPEN_OBJECT: {
        const kind = json[at] === OPEN_OBJECT ? 'object' : 'list';
        const inside = members(kind === 'object');
        return { kind, start, end: at, members: inside, wholeMedia: wholeMediaOf(inside) };
      }
      default:
        scalar();
        return { kind: 'other', start, end: at, members: NO_MEMBERS, wholeMedia: 0 };
    }
  }

  white();
  return read();
}

/** A member's value; where it is an image or a recording, all of it is needed. */
function withMedia(json: Buffer, keyStart: number, value: Outline): Outline {
  if (value.kind !== 'text') return value;
  const begins = json.toString('latin1', value.start, value.start + MEDIA_PREFIX);
  const isMedia =
    DATA_URI.test(begins) || (BASE64.test(begins) && AUDIO_KEY.test(json.toString('latin1', keyStart, value.start)));
  return isMedia ? { ...value, wholeMedia: value.end - value.start } : value;
}

function wholeMediaOf(members: readonly Member[]): number {
  if (!members.some(({ value }) => value && value.wholeMedia > 0)) return 0;
  const needs = members.map(({ start, valueStart, end, value }) => {
    if (!value) return end - start;
    return valueStart - start + (value.wholeMedia || Math.min(end - valueStart, LEAST_BESIDE_MEDIA));
  });
  return needs.reduce((sum, bytes) => sum + bytes + 1, 2);
}
