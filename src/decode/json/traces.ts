import type { Span } from '../../core/span.ts';
import { type DecodedRequest, type Invalid, invalid, type RejectedSpan } from '../outcome.ts';
import { decodeJson } from './decode.ts';
import { otherSignal, readGroups, TRACE_NAMES } from './envelope.ts';
import { readSpan } from './span.ts';

/** Decodes an ExportTraceServiceRequest or TracesData, in OTLP/JSON. */
export function decodeTraces(body: Uint8Array): DecodedRequest | Invalid {
  return decodeJson(body, (reader, document): DecodedRequest | Invalid => {
    const mistaken = otherSignal(document, TRACE_NAMES);
    if (mistaken !== undefined) return invalid(mistaken);
    const spans: Span[] = [];
    const rejected: RejectedSpan[] = [];
    const into = { spans, rejected };
    readGroups(reader, document, TRACE_NAMES, (span, shared) => readSpan(reader, span, shared, into));
    return { status: 'ok', spans, rejected };
  });
}
