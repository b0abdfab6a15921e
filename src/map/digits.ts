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
