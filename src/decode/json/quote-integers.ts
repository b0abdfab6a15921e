/** Integers of fewer digits are exact as a double. */
const MIN_DIGITS = 16;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Puts quotes around the long integers of a JSON text, so that JSON.parse keeps their digits: OTLP/JSON takes integers
 * as text too. Without recursion, at any depth, unlike a reviver. The text must be sound JSON.
 */
export function quoteIntegers(text: string): string {
  let quoted = '';
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (isInNumber(code)) {
      const start = at;
      while (isInNumber(text.charCodeAt(at))) at++;
      if (at - start < MIN_DIGITS || !/^-?\d+$/.test(text.slice(start, at))) continue;
      quoted += `${text.slice(copied, start)}"${text.slice(start, at)}"`;
      copied = at;
    } else {
      at++;
    }
  }
  return quoted + text.slice(copied);
}

/** Digits, sign, point and exponent: everything a number is made of. `true` and `false` have an `e` too, and no digits. */
function isInNumber(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x45 || code === 0x65 || code === 0x2b
  );
}

/** Where the string that begins here ends, its second quote included. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end + 1;
  }
  return text.length;
}
