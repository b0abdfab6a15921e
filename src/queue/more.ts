import { crc32 } from 'node:zlib';
import type { RawRequest } from '../core/ports.ts';

/** What few requests have: one column for all of it, as JSON. */
export type More = Pick<RawRequest, 'pinned' | 'account' | 'only'>;

/** With a checksum of the body, which SQLite has none for: a disk that turns one bit is not to change what a model has said. */
export function writeMore({ pinned, account, only, body }: More & Pick<RawRequest, 'body'>): string {
  return JSON.stringify({ crc: crc32(body), pinned, account, only });
}

export function readMore(column: unknown): More {
  const { pinned, account, only } = parsed(column);
  return {
    ...(pinned !== undefined && { pinned }),
    ...(account !== undefined && { account }),
    ...(only !== undefined && { only }),
  };
}

/** Whether a body is what was stored together with this. Of what an earlier version has stored that is not known. */
export function isAsStored(column: unknown, body: Uint8Array): boolean {
  const { crc } = parsed(column);
  return crc === undefined || crc === crc32(body);
}

function parsed(column: unknown): More & { readonly crc?: number } {
  if (typeof column !== 'string') return {};
  try {
    return JSON.parse(column);
  } catch {
    return DAMAGED;
  }
}

/** Of a column that is no JSON any more: no body has this checksum. */
const DAMAGED = { crc: -1 };
