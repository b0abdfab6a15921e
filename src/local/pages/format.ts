/** How numbers and times look on the page. */

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration in microseconds, with about three digits. */
export function formatDuration(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < SECOND) return `${digits(us / 1000)} ms`;
  if (us < MINUTE) return `${digits(us / SECOND)} s`;
  if (us < HOUR) return `${Math.floor(us / MINUTE)} min ${Math.round((us % MINUTE) / SECOND)} s`;
  return `${Math.floor(us / HOUR)} h ${Math.round((us % HOUR) / MINUTE)} min`;
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

/** How long ago, in one unit. `nowMs` is milliseconds since the epoch. */
export function formatAgo(us: number, nowMs: number): string {
  const ago = nowMs * 1000 - us;
  if (ago < MINUTE) return 'just now';
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
  if (ago < 48 * HOUR) return `${Math.floor(ago / HOUR)} h ago`;
  return `${Math.floor(ago / (24 * HOUR))} days ago`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
