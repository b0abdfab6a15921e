import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

// A value of 65 levels, one beyond what we take, is 131 messages: protobufjs writes 100 unless told otherwise.
protobuf.util.recursionLimit = 1000;

/** `proto/*.proto` as protobufjs reads them: the second implementation that ours is held against. */
export const root = new protobuf.Root();
root.resolvePath = (_origin, target) =>
  target.startsWith('google/protobuf/') ? target : fileURLToPath(new URL(`../../../proto/${target}`, import.meta.url));
root.loadSync(['trace_service.proto', 'logs_service.proto', 'status.proto']);

const TRACES = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
const LOGS = root.lookupType('opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest');

/** A message as protobufjs takes it: camelCase, 64-bit integers as decimal strings, ids and bytes as Uint8Array. */
export type Message = Readonly<Record<string, unknown>>;

export const encodeTraces = (message: Message): Buffer => encode(TRACES, message);
export const encodeLogs = (message: Message): Buffer => encode(LOGS, message);
export const parseTraces = (body: Uint8Array): Message => parse(TRACES, body);
export const parseLogs = (body: Uint8Array): Message => parse(LOGS, body);

function encode(type: protobuf.Type, message: Message): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

function parse(type: protobuf.Type, body: Uint8Array): Message {
  return type.toObject(type.decode(body), { longs: String, oneofs: true });
}

const IDS = ['traceId', 'spanId', 'parentSpanId'];

/** The same message as OTLP/JSON: ids in hex, bytes in base64, doubles that JSON does not know as strings. */
export function toJson(message: unknown): string {
  return JSON.stringify(toPlain(message, ''));
}

function toPlain(value: unknown, key: string): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString(IDS.includes(key) ? 'hex' : 'base64');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map((item) => toPlain(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toPlain(member, name)]));
}
