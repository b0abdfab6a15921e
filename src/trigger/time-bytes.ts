const DOT = 0x2e;
const Z = 0x5a;
/** `"2026-11-20T08:00:00.000001Z"`, quotes included. */
const TIME_BYTES = 29;

/**
 * Milliseconds since 1970 of the time that stands between start and end, in the form in which the bridge writes the times of
 * a call; NaN for one in another form. A tenth of what it costs to make a text of it and have that parsed.
 */
export function timeAt(json: Buffer, start: number, end: number): number {
  if (end - start !== TIME_BYTES || json[start + 20] !== DOT || json[start + 27] !== Z) return Number.NaN;
  const part = (at: number, digits: number) => numberAt(json, start + at, digits);
  return Date.UTC(part(1, 4), part(6, 2) - 1, part(9, 2), part(12, 2), part(15, 2), part(18, 2), part(21, 3));
}

/** NaN for what is no number of so many digits. */
function numberAt(json: Buffer, start: number, digits: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at += 1) {
    const digit = (json[at] ?? 0) - 0x30;
    number = digit >= 0 && digit <= 9 ? 10 * number + digit : Number.NaN;
  }
  return number;
}
