/** The last moment that a four-digit year can say, in microseconds: 9999-12-31T23:59:59.999999Z. */
const LAST_MICROS = 253_402_300_799_999_999n;

/** Formats times. Remembers the second that it formatted last: the spans of one request share it. */
export interface TimeFormatter {
  /** `2026-11-20T08:21:59.123456Z`: nanoseconds cut to microseconds, without passing through a double. */
  iso(ns: bigint): string;
}

export function createTimeFormatter(): TimeFormatter {
  let lastSecond = -1;
  let lastText = '';
  return {
    iso(ns) {
      const exact = ns / 1000n;
      const micros = exact > LAST_MICROS ? LAST_MICROS : exact;
      const total = Number(micros); // below 2^53 up to the year 2255, beyond it only the digits after the point suffer
      const second = total < Number.MAX_SAFE_INTEGER ? Math.floor(total / 1e6) : Number(micros / 1_000_000n);
      const fraction = total < Number.MAX_SAFE_INTEGER ? total - second * 1e6 : Number(micros % 1_000_000n);
      if (second !== lastSecond) {
        lastSecond = second;
        lastText = new Date(second * 1000).toISOString().slice(0, 20);
      }
      return `${lastText}${String(fraction).padStart(6, '0')}Z`;
    },
  };
}
