const JSON_COLUMNS = ['attributes', 'inputs', 'output', 'summary', 'otel_dump'] as const;

type Columns = Readonly<Partial<Record<(typeof JSON_COLUMNS)[number] | 'exception', string | null>>>;

/** What Weave leaves in the place of a column that was too large. Of an output too, which may be any JSON. */
export const EXCEEDS_LIMITS = JSON.stringify({ _weave: { error: '<EXCEEDS_LIMITS>' } });

/**
 * Makes a row fit into maxBytes as Weave does: its largest JSON column goes, then the next one, until the rest fits.
 * Returns undefined where it does not fit even so.
 */
export function fitRow<Row extends Columns>(row: Row, maxBytes: number): Row | undefined {
  // A character is at most 3 bytes: nearly every row is seen to fit without counting.
  if (sizeOf(row, (text) => text.length) * 3 <= maxBytes) return row;
  let fitted = row;
  let bytes = sizeOf(row, Buffer.byteLength);
  const largestFirst = JSON_COLUMNS.map((column) => ({ column, bytes: Buffer.byteLength(row[column] ?? '') })).sort(
    (a, b) => b.bytes - a.bytes,
  );
  for (const { column, bytes: columnBytes } of largestFirst) {
    if (bytes <= maxBytes) break;
    if (columnBytes <= EXCEEDS_LIMITS.length) break;
    fitted = { ...fitted, [column]: EXCEEDS_LIMITS };
    bytes += EXCEEDS_LIMITS.length - columnBytes;
  }
  return bytes <= maxBytes ? fitted : undefined;
}

function sizeOf(row: Columns, lengthOf: (text: string) => number): number {
  let size = lengthOf(row.exception ?? '');
  for (const column of JSON_COLUMNS) size += lengthOf(row[column] ?? '');
  return size;
}
