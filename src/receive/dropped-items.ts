/** How many data points or log records a request holds, so that what is dropped is counted. */
import protobuf from 'protobufjs/minimal.js';
import type { Encoding } from '../core/ports.ts';

/** The fields that lead one level down, by proto number and JSON name; the last level holds the items. */
type Path = readonly ReadonlyMap<number, string>[];

/** https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto */
const PATHS: Readonly<Record<'logs' | 'metrics', Path>> = {
  logs: [new Map([[1, 'resourceLogs']]), new Map([[2, 'scopeLogs']]), new Map([[2, 'logRecords']])],
  metrics: [
    new Map([[1, 'resourceMetrics']]),
    new Map([[2, 'scopeMetrics']]),
    new Map([[2, 'metrics']]),
    new Map([
      [5, 'gauge'],
      [7, 'sum'],
      [9, 'histogram'],
      [10, 'exponentialHistogram'],
      [11, 'summary'],
    ]),
    new Map([[1, 'dataPoints']]),
  ],
};

/** Undefined where the body cannot be read. */
export function countItems(signal: 'logs' | 'metrics', body: Uint8Array, encoding: Encoding): number | undefined {
  try {
    return encoding === 'protobuf'
      ? countProtobuf(protobuf.Reader.create(body), body.length, PATHS[signal])
      : countJson(JSON.parse(new TextDecoder().decode(body)), PATHS[signal]);
  } catch {
    return undefined;
  }
}

const WIRE_TYPE_LENGTH = 2;

function countProtobuf(reader: protobuf.Reader, end: number, path: Path): number {
  const [fields, ...deeper] = path;
  if (fields === undefined) {
    reader.skip(end - reader.pos);
    return 1;
  }
  let items = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (fields.has(tag >>> 3) && (tag & 7) === WIRE_TYPE_LENGTH) {
      const length = reader.uint32();
      items += countProtobuf(reader, reader.pos + length, deeper);
    } else {
      reader.skipType(tag & 7);
    }
  }
  return items;
}

function countJson(message: unknown, path: Path): number {
  const [fields, ...deeper] = path;
  if (fields === undefined) return 1;
  if (typeof message !== 'object' || message === null) throw new TypeError('not an OTLP message');
  let items = 0;
  for (const [name, value] of Object.entries(message)) {
    if (value === null || ![...fields.values()].includes(name)) continue;
    for (const child of Array.isArray(value) ? value : [value]) items += countJson(child, deeper);
  }
  return items;
}
