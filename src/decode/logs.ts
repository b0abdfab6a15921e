import type { Encoding } from '../core/ports.ts';
import { decodeLogs as decodeJson } from './json/logs.ts';
import type { DecodedLogs, Invalid } from './outcome.ts';
import { decodeLogs as decodeProtobuf } from './protobuf/logs.ts';

export type { DecodedLogs, Invalid } from './outcome.ts';
export { looksLikeLogs } from './protobuf/logs.ts';

/** Decodes an OTLP logs request. Never throws. A record whose ids are not those of a span keeps everything else. */
export function decodeLogs(body: Uint8Array, encoding: Encoding): DecodedLogs | Invalid {
  switch (encoding) {
    case 'protobuf':
      return decodeProtobuf(body);
    case 'json':
      return decodeJson(body);
  }
}
