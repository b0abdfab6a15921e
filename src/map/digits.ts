/** So many digits may be more than a double holds. */
const LONG = 16;

/** Whether there are so many digits in a row. Looks at one character of so many: mostly that is all. */
export function mayHoldLongInteger(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue;
    let start = at;
    while (isDigit(text, start - 1)) start -= 1;
    while (isDigit(text, at + 1)) at += 1;
    if (at - start >= LONG - 1) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** JSON.parse for data: an integer that no double holds (the id of a message) becomes the text of its digits. */
export function parseData(text: string): unknown {
  return mayHoldLongInteger(text) ? JSON.parse(text, digitsAsText) : JSON.parse(text);
}

function digitsAsText(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  const { source = '' } = context ?? {};
  return /^-?\d+$/.test(source) && source !== String(value) ? source : value;
}

/** JSON.parse for text that is written again: integers that no double holds (nanoseconds) keep their digits. */
export function parseKeepingDigits(text: string): unknown {
  return JSON.parse(text, keepDigits);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isSafe = typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
  if (isSafe || context?.source === undefined) return value;
  // TypeScript's library does not know it yet: https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/JSON/rawJSON
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source);
}
