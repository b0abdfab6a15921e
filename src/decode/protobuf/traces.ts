import type { Span } from '../../core/span.ts';
import { type DecodedRequest, type Invalid, invalid, type RejectedSpan } from '../outcome.ts';
import { decodeProtobuf } from './decode.ts';
import { readResourceGroup } from './envelope.ts';
import { looksLikeLogs } from './logs.ts';
import { RESOURCE_SPANS, SCOPE_SPANS, TRACES } from './schema.ts';
import { readSpan } from './span.ts';

/** Decodes an ExportTraceServiceRequest or TracesData. */
export function decodeTraces(body: Uint8Array): DecodedRequest | Invalid {
  const decoded = decodeProtobuf(body, TRACES, (reader): DecodedRequest => {
    const spans: Span[] = [];
    const rejected: RejectedSpan[] = [];
    const into = { spans, rejected };
    while (reader.next(TRACES) !== 0) {
      readResourceGroup(reader, RESOURCE_SPANS, SCOPE_SPANS, (inside, shared) => readSpan(inside, shared, into));
    }
    return { status: 'ok', spans, rejected };
  });
  const nothing = decoded.status === 'invalid' || (decoded.spans.length === 0 && decoded.rejected.length > 0);
  if (nothing && looksLikeLogs(body)) return invalid('these look like log records: send them to /v1/logs');
  return decoded;
}
