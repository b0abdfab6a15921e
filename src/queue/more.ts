import type { RawRequest } from '../core/ports.ts';

/** What few requests have: one column for all of it, as JSON, null where there is none. */
export type More = Pick<RawRequest, 'pinned' | 'account' | 'only'>;

export function writeMore({ pinned, account, only }: More): string | null {
  return pinned === undefined && account === undefined && only === undefined
    ? null
    : JSON.stringify({ pinned, account, only });
}

export function readMore(column: unknown): More {
  return typeof column === 'string' ? (JSON.parse(column) as More) : {};
}
