/**
 * Times as microseconds since the epoch: what Weave keeps (DateTime64(6)), and exact in a double until the year 2255.
 */
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/;

/** Reads an ISO 8601 time, of which digits beyond the microsecond are cut off. Without a zone it is UTC, as Weave reads it. */
export function parseTime(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, day = '', hours = '', minutes = '', seconds = '00', fraction = '', , sign, zoneHours = 0, zoneMinutes = 0] =
    match;
  const iso = `${day}T${hours}:${minutes}:${seconds}.000Z`;
  const ms = Date.parse(iso);
  // Date.parse rolls 30 February over into March.
  if (Number.isNaN(ms) || (Number(day.slice(8)) > 28 && new Date(ms).toISOString() !== iso)) return undefined;
  const offsetMinutes = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  const us = (ms - offsetMinutes * 60_000) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  // SQLite hands larger integers out as errors; nobody means a time in three hundred years.
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(us, Number.MAX_SAFE_INTEGER));
}

/** Microseconds since the epoch as `2026-11-20T08:21:03.123456Z`. */
export function formatTime(us: number): string {
  const ms = Math.floor(us / 1000);
  const micros = String(us - ms * 1000).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`;
}
