/**
 * Goes through the bytes of JSON text without parsing it. The text must be valid: it is what the bridge itself has written.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Most keys and values end sooner than a call into the engine takes; what is longer is searched there. */
const NEAR_BYTES = 48;

/** `at` is behind the opening quote; answers the place of the closing one. */
export function endOfText(json: Buffer, at: number): number {
  const near = at + NEAR_BYTES;
  let place = at;
  while (place < near) {
    const byte = json[place] ?? 0;
    // Most letters stand above both the quote and the backslash.
    if (byte > BACKSLASH) place += 1;
    else if (byte === QUOTE) return place;
    else place += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = json.indexOf(QUOTE, place);
    if (quote < 0) throw new Error('JSON text without an end');
    let backslashes = 0;
    while (quote - backslashes > place && json[quote - backslashes - 1] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    place = quote + 1;
  }
}

/** Answers the place behind the value that begins at `at`. */
export function skipValue(json: Buffer, at: number): number {
  const first = json[at];
  if (first === QUOTE) return endOfText(json, at + 1) + 1;
  if (first === 0x7b || first === 0x5b) return skipNested(json, at + 1);
  let place = at;
  for (;;) {
    const byte = json[place];
    // , ] } or the end
    if (byte === undefined || byte === 0x2c || byte === 0x5d || byte === 0x7d) return place;
    place += 1;
  }
}

function skipNested(json: Buffer, at: number): number {
  let depth = 1;
  let place = at;
  while (depth > 0) {
    const byte = json[place];
    place += 1;
    if (byte === QUOTE) place = endOfText(json, place) + 1;
    else if (byte === undefined) throw new Error('JSON without an end');
    // Digits, signs, commas and colons stand below all brackets.
    else if (byte > 0x5a) {
      if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    }
  }
  return place;
}

export function skipSpace(json: Buffer, at: number): number {
  // Hardly ever is there any.
  if ((json[at] ?? 0) > 0x20) return at;
  let place = at;
  for (let byte = json[place]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = json[place])
    place += 1;
  return place;
}
