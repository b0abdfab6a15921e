const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Milliseconds of `30s`, `200ms`, `1.5m` or `1h30m`; undefined for anything else. A unit is always asked for. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    totalMs += Number(amount) * (MS_PER_UNIT[unit ?? ''] ?? Number.NaN);
  }
  return totalMs;
}

/** Bytes of `64MiB`, `1GiB`, `512B` or a plain number of bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)?$/.exec(text);
  if (!match) return undefined;
  return Math.floor(Number(match[1]) * (BYTES_PER_UNIT[match[2] ?? 'B'] ?? Number.NaN));
}

export function formatDuration(ms: number): string {
  return format(ms, MS_PER_UNIT, 's');
}

export function formatSize(bytes: number): string {
  return format(bytes, BYTES_PER_UNIT, 'B');
}

/** In the largest unit that divides the amount. */
function format(amount: number, units: Readonly<Record<string, number>>, unitOfZero: string): string {
  if (amount === 0) return `0${unitOfZero}`;
  const [unit, factor] = Object.entries(units).findLast(([, size]) => amount % size === 0) ?? [unitOfZero, 1];
  return `${amount / factor}${unit}`;
}
