import { type Invalid, invalid } from '../outcome.ts';
import { WireError } from './cursor.ts';
import { placeOf } from './place.ts';
import { WireReader } from './reader.ts';
import type { Fields } from './schema.ts';

/** Runs a decoder over a body. Damage becomes an Invalid that says where it is. */
export function decodeProtobuf<T>(body: Uint8Array, root: Fields, read: (reader: WireReader) => T): T | Invalid {
  try {
    return read(new WireReader(body));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const place = placeOf(body, error.offset, root);
    return invalid(`protobuf is damaged at byte ${error.offset}, ${place}: ${error.message}`);
  }
}
