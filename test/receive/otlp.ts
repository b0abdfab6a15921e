import protobuf from 'protobufjs';
import type { Encoding } from '../../src/core/ports.ts';

/** OTLP requests as a test writes them, in both encodings, and the answers read back with the public field numbers. */

const root = protobuf.loadSync(['proto/trace_service.proto', 'proto/logs_service.proto', 'proto/status.proto']);
const TraceRequest = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
const TraceResponse = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse');
const Status = root.lookupType('google.rpc.Status');
const RetryInfo = root.lookupType('google.rpc.RetryInfo');

export type Json = Readonly<Record<string, unknown>>;

export interface RequestSpec {
  readonly spans?: number;
  /** Sets `wandb.entity` and `wandb.project` on the resource. */
  readonly project?: string;
  /** Added to every span. */
  readonly span?: Json;
}

/** An ExportTraceServiceRequest with one resource, as OTLP/JSON has it. */
export function traceRequest({ spans = 1, project, span = {} }: RequestSpec = {}): Json {
  const [entity, name] = project?.split('/') ?? [];
  const attribute = (key: string, stringValue: string | undefined) => ({ key, value: { stringValue } });
  return {
    resourceSpans: [
      {
        resource: { attributes: project ? [attribute('wandb.entity', entity), attribute('wandb.project', name)] : [] },
        scopeSpans: [
          {
            spans: Array.from({ length: spans }, (_, index) => ({
              traceId: '0AF7651916CD43DD8448EB211C80319C',
              spanId: (index + 1).toString(16).padStart(16, '0'),
              name: 'chat',
              startTimeUnixNano: '1795160680123456789',
              endTimeUnixNano: '1795160681623456999',
              ...span,
            })),
          },
        ],
      },
    ],
  };
}

export function asJson(request: Json): Buffer {
  return Buffer.from(JSON.stringify(request));
}

/** The same request in protobuf: ids become bytes. */
export function asProtobuf(request: Json): Buffer {
  const withBytes: Json = JSON.parse(JSON.stringify(request), (key, value: unknown) =>
    key.endsWith('Id') && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value,
  );
  return Buffer.from(TraceRequest.encode(TraceRequest.fromObject(withBytes)).finish());
}

/** A request as it came, as an object. */
export function readRequest(body: Uint8Array, encoding: Encoding): Json {
  if (encoding === 'json') return JSON.parse(Buffer.from(body).toString()) as Json;
  return TraceRequest.toObject(TraceRequest.decode(body)) as Json;
}

/** What a success said, whichever encoding it came in. */
export function readResponse(body: Uint8Array, contentType: string | undefined): Json {
  if (contentType === 'application/json') return JSON.parse(Buffer.from(body).toString()) as Json;
  return TraceResponse.toObject(TraceResponse.decode(body), { longs: String }) as Json;
}

/** What a refusal said; `retryAfterMs` is null where it carries no RetryInfo. */
export function readStatus(body: Uint8Array, contentType: string | undefined) {
  if (contentType === 'application/json') {
    const status = JSON.parse(Buffer.from(body).toString()) as {
      code: number;
      message: string;
      details?: { retryDelay: string }[];
    };
    const delay = status.details?.[0]?.retryDelay;
    return {
      code: status.code,
      message: status.message,
      retryAfterMs: delay === undefined ? null : Number.parseFloat(delay) * 1000,
    };
  }
  const status = Status.decode(body) as unknown as {
    code: number;
    message: string;
    details: { type_url: string; value: Uint8Array }[];
  };
  const detail = status.details[0];
  return { code: status.code, message: status.message, retryAfterMs: detail ? readRetryInfo(detail.value) : null };
}

function readRetryInfo(value: Uint8Array): number {
  const info = RetryInfo.toObject(RetryInfo.decode(value), { longs: Number, defaults: true }) as {
    retryDelay: { seconds: number; nanos: number };
  };
  return info.retryDelay.seconds * 1000 + info.retryDelay.nanos / 1e6;
}
