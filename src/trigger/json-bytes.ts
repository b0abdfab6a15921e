import { skipSpace } from './json-skim.ts';

const COMMA = 0x2c;

/** The place of the next member of an object or list; where there is none, the place behind the whole, negative. */
export function memberAt(json: Buffer, at: number): number {
  let place = skipSpace(json, at);
  if (json[place] === COMMA) place = skipSpace(json, place + 1);
  const byte = json[place];
  return byte === 0x7d || byte === 0x5d ? -(place + 1) : place;
}

/** Whether the first `length` of `bytes` stand between start and end. */
export function isSame(json: Buffer, start: number, end: number, bytes: Buffer, length = bytes.length): boolean {
  if (end - start !== length) return false;
  for (let at = 0; at < length; at += 1) if (json[start + at] !== bytes[at]) return false;
  return true;
}

/** The value that stands between start and end. */
export function parseAt(json: Buffer, start: number, end: number): unknown {
  const text = json.toString('utf8', start, end);
  return json[start] === 0x22 && !text.includes('\\') ? text.slice(1, -1) : JSON.parse(text);
}
