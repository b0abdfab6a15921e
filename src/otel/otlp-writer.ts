import protobuf from 'protobufjs/minimal.js';
import type { Attributes, Resource, Scope, Span, SpanEvent, SpanLink, Value } from '../core/span.ts';

type Writer = protobuf.Writer;

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;

/** The wire types that are used: https://protobuf.dev/programming-guides/encoding/ */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * Spans as an ExportTraceServiceRequest in OTLP/protobuf, in the same order: what a queue holds, and a sidecar reads.
 * Fields and their numbers are those of `proto/`. A value that the absence of its field stands for is left out.
 */
export function writeSpans(spans: readonly Span[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const ofResource of runs(spans, (span) => span.resource)) {
    message(writer, 1, () => {
      const [first] = ofResource;
      if (first) writeResource(writer, first.resource);
      for (const ofScope of runs(ofResource, (span) => span.scope))
        message(writer, 2, () => writeScope(writer, ofScope));
      text(writer, 3, first?.resource.schemaUrl ?? '');
    });
  }
  return inOwnMemory(writer.finish());
}

/** A small buffer is cut from a pool, which it keeps alive as a whole for as long as it waits. */
function inOwnMemory(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength === bytes.byteLength ? bytes : new Uint8Array(bytes);
}

/** Cuts a list where what `of` says changes. */
function runs<Shared>(spans: readonly Span[], of: (span: Span) => Shared): readonly (readonly Span[])[] {
  const found: Span[][] = [];
  let current: Span[] = [];
  let shared: Shared | undefined;
  for (const span of spans) {
    if (current.length === 0 || of(span) !== shared) {
      shared = of(span);
      current = [];
      found.push(current);
    }
    current.push(span);
  }
  return found;
}

function writeResource(writer: Writer, { attributes, droppedAttributesCount }: Resource): void {
  message(writer, 1, () => {
    writeAttributes(writer, 1, attributes);
    number(writer, 2, droppedAttributesCount);
  });
}

function writeScope(writer: Writer, spans: readonly Span[]): void {
  const [first] = spans;
  if (first) message(writer, 1, () => writeScopeItself(writer, first.scope));
  for (const span of spans) message(writer, 2, () => writeSpan(writer, span));
  text(writer, 3, first?.scope.schemaUrl ?? '');
}

function writeScopeItself(writer: Writer, { name, version, attributes, droppedAttributesCount }: Scope): void {
  text(writer, 1, name);
  text(writer, 2, version);
  writeAttributes(writer, 3, attributes);
  number(writer, 4, droppedAttributesCount);
}

function writeSpan(writer: Writer, span: Span): void {
  id(writer, 1, span.traceId);
  id(writer, 2, span.spanId);
  text(writer, 3, span.traceState);
  id(writer, 4, span.parentSpanId);
  text(writer, 5, span.name);
  number(writer, 6, span.kind);
  nanoseconds(writer, 7, span.startNs);
  nanoseconds(writer, 8, span.endNs);
  writeAttributes(writer, 9, span.attributes);
  number(writer, 10, span.droppedAttributesCount);
  for (const event of span.events) message(writer, 11, () => writeEvent(writer, event));
  number(writer, 12, span.droppedEventsCount);
  for (const link of span.links) message(writer, 13, () => writeLink(writer, link));
  number(writer, 14, span.droppedLinksCount);
  message(writer, 15, () => {
    text(writer, 2, span.status.message);
    number(writer, 3, span.status.code);
  });
  writer.uint32(tag(16, FIXED32)).fixed32(span.flags);
}

function writeEvent(writer: Writer, { name, timeNs, attributes, droppedAttributesCount }: SpanEvent): void {
  nanoseconds(writer, 1, timeNs);
  text(writer, 2, name);
  writeAttributes(writer, 3, attributes);
  number(writer, 4, droppedAttributesCount);
}

function writeLink(writer: Writer, link: SpanLink): void {
  id(writer, 1, link.traceId);
  id(writer, 2, link.spanId);
  text(writer, 3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
  number(writer, 5, link.droppedAttributesCount);
  writer.uint32(tag(6, FIXED32)).fixed32(link.flags);
}

function writeAttributes(writer: Writer, field: number, attributes: Attributes): void {
  for (const [key, value] of attributes) {
    message(writer, field, () => {
      text(writer, 1, key);
      message(writer, 2, () => writeValue(writer, value));
    });
  }
}

function writeValue(writer: Writer, value: Value): void {
  switch (typeof value) {
    case 'string':
      writer.uint32(tag(1, LENGTH)).string(value);
      return;
    case 'boolean':
      writer.uint32(tag(2, VARINT)).bool(value);
      return;
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.uint32(tag(3, VARINT)).int64(value);
      else writer.uint32(tag(4, FIXED64)).double(value);
      return;
    case 'bigint':
      // OTLP's integers end at 64 bits.
      if (value > MAX_INT64 || value < -MAX_INT64) writer.uint32(tag(1, LENGTH)).string(String(value));
      else writer.uint32(tag(3, VARINT)).int64(halves(value));
      return;
    default:
      if (value === null) return;
      if (value instanceof Uint8Array) writer.uint32(tag(7, LENGTH)).bytes(value);
      else if (value instanceof Map) message(writer, 6, () => writeAttributes(writer, 1, value as Attributes));
      else
        message(writer, 5, () => {
          for (const item of value as readonly Value[]) message(writer, 1, () => writeValue(writer, item));
        });
  }
}

const tag = (field: number, wireType: number) => (field << 3) | wireType;

function message(writer: Writer, field: number, write: () => void): void {
  writer.uint32(tag(field, LENGTH)).fork();
  write();
  writer.ldelim();
}

function text(writer: Writer, field: number, value: string): void {
  if (value !== '') writer.uint32(tag(field, LENGTH)).string(value);
}

function number(writer: Writer, field: number, value: number): void {
  if (value !== 0) writer.uint32(tag(field, VARINT)).uint32(value);
}

function nanoseconds(writer: Writer, field: number, value: bigint): void {
  if (value > 0n && value <= MAX_UINT64) writer.uint32(tag(field, FIXED64)).fixed64(halves(value));
}

function id(writer: Writer, field: number, hex: string): void {
  if (hex !== '') writer.uint32(tag(field, LENGTH)).bytes(Buffer.from(hex, 'hex'));
}

/** A 64-bit integer as protobufjs takes it. */
function halves(value: bigint): protobuf.Long {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } as protobuf.Long;
}
