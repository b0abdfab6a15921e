import fc from 'fast-check';
import type { Message } from './proto.ts';

/** Random messages of everything that OTLP allows, for property tests. */

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const id = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).filter((bytes) => bytes.some(Boolean));
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const int64 = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer({ min: -1000, max: 1000 }).map(BigInt))
  .map(String);
/** JSON has no negative zero. */
const double = fc.double().filter((number) => !Object.is(number, -0));

const { value } = fc.letrec<{ value: Message; keyValue: Message }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ stringValue: text }),
    fc.constant({}),
    fc.record({ intValue: int64 }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 20 }) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 4 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie('keyValue'), { maxLength: 4 }) }) }),
  ),
  keyValue: fc.record({ key: text, value: tie('value') }),
}));

const attributes = fc.array(fc.record({ key: text, value }, { requiredKeys: ['key'] }), { maxLength: 6 });
const counted = { attributes, droppedAttributesCount: uint32 };
const record = <T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Message> =>
  fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Message>;

const resource = record(counted);
const scope = record({ name: text, version: text, ...counted });
const event = record({ timeUnixNano: uint64, name: text, ...counted });
const linkId = fc.uint8Array({ maxLength: 20 });
const link = record({ traceId: linkId, spanId: linkId, traceState: text, flags: uint32, ...counted });
const status = record({ code: fc.integer({ min: 0, max: 2 }), message: text });

const span = fc
  .tuple(
    fc.record({ traceId: id(16), spanId: id(8) }),
    record({
      traceState: text,
      parentSpanId: fc.oneof(id(8), fc.constant(new Uint8Array(8))),
      name: text,
      kind: fc.integer({ min: 0, max: 5 }),
      startTimeUnixNano: uint64,
      endTimeUnixNano: uint64,
      events: fc.array(event, { maxLength: 2 }),
      droppedEventsCount: uint32,
      links: fc.array(link, { maxLength: 2 }),
      droppedLinksCount: uint32,
      status,
      flags: uint32,
      ...counted,
    }),
  )
  .map(([ids, rest]): Message => ({ ...ids, ...rest }));

const logRecord = record({
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: fc.integer({ min: 0, max: 24 }),
  severityText: text,
  body: value,
  traceId: id(16),
  spanId: id(8),
  eventName: text,
  flags: uint32,
  ...counted,
});

const groups = (name: string, scopeGroups: string, records: string, item: fc.Arbitrary<Message>) =>
  fc.record({
    [name]: fc.array(
      record({
        resource,
        schemaUrl: text,
        [scopeGroups]: fc.array(record({ scope, schemaUrl: text, [records]: fc.array(item, { maxLength: 3 }) }), {
          maxLength: 2,
        }),
      }),
      { maxLength: 2 },
    ),
  });

export const traces = groups('resourceSpans', 'scopeSpans', 'spans', span);
export const logs = groups('resourceLogs', 'scopeLogs', 'logRecords', logRecord);

export interface Mutation {
  readonly at: number;
  readonly byte: number;
  readonly how: 'set' | 'insert' | 'remove' | 'cut';
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    at: fc.nat(1_000_000),
    byte: fc.nat(255),
    how: fc.constantFrom('set' as const, 'set' as const, 'insert' as const, 'remove' as const, 'cut' as const),
  }),
  { minLength: 1, maxLength: 4 },
);

export function mutate(body: Uint8Array, changes: readonly Mutation[]): Buffer {
  const bytes = [...body];
  for (const { at, byte, how } of changes) {
    const index = at % (bytes.length + 1);
    if (how === 'set' && index < bytes.length) bytes[index] = byte;
    if (how === 'insert') bytes.splice(index, 0, byte);
    if (how === 'remove') bytes.splice(index, 1);
    if (how === 'cut') bytes.length = index;
  }
  return Buffer.from(bytes);
}
