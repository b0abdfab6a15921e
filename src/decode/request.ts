import type { Encoding } from '../core/ports.ts';
import { decodeTraces as decodeJson } from './json/traces.ts';
import type { DecodedRequest, Invalid } from './outcome.ts';
import { decodeTraces as decodeProtobuf } from './protobuf/traces.ts';

export type { DecodedRequest, Invalid, RejectedSpan } from './outcome.ts';

/**
 * Decodes an OTLP trace request. A span that cannot be a call is rejected alone; a body that cannot be read is
 * invalid as a whole. Never throws. The spans hold nothing of the body.
 */
export function decodeRequest(body: Uint8Array, encoding: Encoding): DecodedRequest | Invalid {
  switch (encoding) {
    case 'protobuf':
      return decodeProtobuf(body);
    case 'json':
      return decodeJson(body);
  }
}
