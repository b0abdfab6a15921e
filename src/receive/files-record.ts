import type { Encoding } from '../core/ports.ts';

/** What a file holds at one place: an OTLP request, or something that is none. */
export type FileRecord =
  | { readonly status: 'request'; readonly place: string; readonly encoding: Encoding; readonly body: Uint8Array }
  | { readonly status: 'bad'; readonly place: string; readonly reason: string };

export interface RecordSettings {
  /** What places are told with: a path, or `stdin`. */
  readonly name: string;
  /** The largest request, after decompression. */
  readonly maxBodyBytes: number;
}

export function tooLarge(place: string, { maxBodyBytes }: RecordSettings): FileRecord {
  return { status: 'bad', place, reason: `longer than ${maxBodyBytes} bytes (receive.max_body)` };
}
