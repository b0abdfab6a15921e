import type { Span } from '../core/span.ts';

/** Which span: its trace id and its span id. */
export type SpanKey = string;

export const keyOf = ({ traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>): SpanKey => traceId + spanId;
