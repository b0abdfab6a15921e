/** Wire types of https://protobuf.dev/programming-guides/encoding/ */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/**
 * One field of a message. The tables below are the messages of `proto/*.proto`: they say which fields we know and
 * how each is encoded. What becomes of a field is written by hand, a `switch` over its number for each message.
 */
export interface Field {
  readonly name: string;
  readonly wire: number;
  /** Set where the field is a message itself. */
  readonly message: Fields | undefined;
  readonly repeated: boolean;
}

/** The fields of a message by their number. */
export type Fields = readonly (Field | undefined)[];

const varint = (name: string): Field => ({ name, wire: VARINT, message: undefined, repeated: false });
const fixed64 = (name: string): Field => ({ name, wire: FIXED64, message: undefined, repeated: false });
const fixed32 = (name: string): Field => ({ name, wire: FIXED32, message: undefined, repeated: false });
const bytes = (name: string): Field => ({ name, wire: LENGTH, message: undefined, repeated: false });
const one = (name: string, message: Fields): Field => ({ name, wire: LENGTH, message, repeated: false });
const many = (name: string, message: Fields): Field => ({ name, wire: LENGTH, message, repeated: true });

const anyValue: (Field | undefined)[] = [];
/** The only message that can contain itself. */
export const ANY_VALUE: Fields = anyValue;
export const KEY_VALUE: Fields = [undefined, bytes('key'), one('value', ANY_VALUE)];
export const ARRAY_VALUE: Fields = [undefined, many('values', ANY_VALUE)];
export const KEY_VALUE_LIST: Fields = [undefined, many('values', KEY_VALUE)];
anyValue.push(
  undefined,
  bytes('string_value'),
  varint('bool_value'),
  varint('int_value'),
  fixed64('double_value'),
  one('array_value', ARRAY_VALUE),
  one('kvlist_value', KEY_VALUE_LIST),
  bytes('bytes_value'),
);

export const RESOURCE: Fields = [undefined, many('attributes', KEY_VALUE), varint('dropped_attributes_count')];

export const SCOPE: Fields = [
  undefined,
  bytes('name'),
  bytes('version'),
  many('attributes', KEY_VALUE),
  varint('dropped_attributes_count'),
];

export const EVENT: Fields = [
  undefined,
  fixed64('time_unix_nano'),
  bytes('name'),
  many('attributes', KEY_VALUE),
  varint('dropped_attributes_count'),
];

export const LINK: Fields = [
  undefined,
  bytes('trace_id'),
  bytes('span_id'),
  bytes('trace_state'),
  many('attributes', KEY_VALUE),
  varint('dropped_attributes_count'),
  fixed32('flags'),
];

export const STATUS: Fields = [undefined, undefined, bytes('message'), varint('code')];

export const SPAN: Fields = [
  undefined,
  bytes('trace_id'),
  bytes('span_id'),
  bytes('trace_state'),
  bytes('parent_span_id'),
  bytes('name'),
  varint('kind'),
  fixed64('start_time_unix_nano'),
  fixed64('end_time_unix_nano'),
  many('attributes', KEY_VALUE),
  varint('dropped_attributes_count'),
  many('events', EVENT),
  varint('dropped_events_count'),
  many('links', LINK),
  varint('dropped_links_count'),
  one('status', STATUS),
  fixed32('flags'),
];

export const LOG_RECORD: Fields = [
  undefined,
  fixed64('time_unix_nano'),
  varint('severity_number'),
  bytes('severity_text'),
  undefined,
  one('body', ANY_VALUE),
  many('attributes', KEY_VALUE),
  varint('dropped_attributes_count'),
  fixed32('flags'),
  bytes('trace_id'),
  bytes('span_id'),
  fixed64('observed_time_unix_nano'),
  bytes('event_name'),
];

export const SCOPE_SPANS: Fields = [undefined, one('scope', SCOPE), many('spans', SPAN), bytes('schema_url')];
export const RESOURCE_SPANS: Fields = [
  undefined,
  one('resource', RESOURCE),
  many('scope_spans', SCOPE_SPANS),
  bytes('schema_url'),
];
export const TRACES: Fields = [undefined, many('resource_spans', RESOURCE_SPANS)];

export const SCOPE_LOGS: Fields = [
  undefined,
  one('scope', SCOPE),
  many('log_records', LOG_RECORD),
  bytes('schema_url'),
];
export const RESOURCE_LOGS: Fields = [
  undefined,
  one('resource', RESOURCE),
  many('scope_logs', SCOPE_LOGS),
  bytes('schema_url'),
];
export const LOGS: Fields = [undefined, many('resource_logs', RESOURCE_LOGS)];
