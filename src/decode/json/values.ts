import type { Attributes, Value } from '../../core/span.ts';
import { MAX_VALUE_DEPTH } from '../limits.ts';
import type { JsonObject, JsonReader } from './reader.ts';

/** Reads a list of KeyValues. `depth` is that of their values. */
export function readAttributes(reader: JsonReader, list: unknown, name = 'attributes', depth = 1): Attributes {
  const attributes = new Map<string, Value>();
  reader.list(list, name, (item) => {
    const key = reader.string(item.key, 'key');
    attributes.set(
      key,
      reader.object(item.value, 'value', (value) => readValue(reader, value, depth)),
    );
  });
  return attributes;
}

/**
 * Reads an AnyValue: an object with one member that says the type, or none for the empty value.
 * One that lies too deep is stepped over and counted.
 */
export function readValue(reader: JsonReader, value: JsonObject, depth = 1): Value {
  if (depth > MAX_VALUE_DEPTH) {
    reader.skipTooDeep();
    return null;
  }
  const text = value.stringValue ?? value.string_value;
  if (text != null) return reader.string(text, 'stringValue');
  const integer = value.intValue ?? value.int_value;
  if (integer != null) return reader.integer(integer, 'intValue');
  const boolean = value.boolValue ?? value.bool_value;
  if (boolean != null) return reader.boolean(boolean, 'boolValue');
  const double = value.doubleValue ?? value.double_value;
  if (double != null) return reader.double(double, 'doubleValue');
  const array = value.arrayValue ?? value.array_value;
  if (array != null) return reader.object(array, 'arrayValue', ({ values }) => readArray(reader, values, depth + 1));
  const list = value.kvlistValue ?? value.kvlist_value;
  if (list != null) {
    return reader.object(list, 'kvlistValue', ({ values }) => readAttributes(reader, values, 'values', depth + 1));
  }
  const bytes = value.bytesValue ?? value.bytes_value;
  return bytes != null ? reader.bytes(bytes, 'bytesValue') : null;
}

function readArray(reader: JsonReader, list: unknown, depth: number): readonly Value[] {
  const values: Value[] = [];
  reader.list(list, 'values', (item) => values.push(readValue(reader, item, depth)));
  return values;
}
