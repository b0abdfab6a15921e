import type { Attributes, Value } from '../../core/span.ts';
import { MAX_VALUE_DEPTH } from '../limits.ts';
import type { WireReader } from './reader.ts';
import { ANY_VALUE, ARRAY_VALUE, KEY_VALUE, KEY_VALUE_LIST } from './schema.ts';

/** What a message without attributes has. */
export const NO_ATTRIBUTES: Attributes = new Map();

/** Reads a KeyValue into `attributes`. `depth` is that of its value. */
export function readAttribute(reader: WireReader, attributes: Map<string, Value>, depth = 1): void {
  const outer = reader.enter();
  let key = '';
  let value: Value = null;
  for (let field = reader.next(KEY_VALUE); field !== 0; field = reader.next(KEY_VALUE)) {
    if (field === 1) key = reader.string();
    else value = readValue(reader, depth);
  }
  reader.leave(outer);
  attributes.set(key, value);
}

/** Reads an AnyValue. Of several members the last one counts. One that lies too deep is stepped over and counted. */
export function readValue(reader: WireReader, depth = 1): Value {
  if (depth > MAX_VALUE_DEPTH) {
    reader.skipTooDeep();
    return null;
  }
  const outer = reader.enter();
  let value: Value = null;
  for (let field = reader.next(ANY_VALUE); field !== 0; field = reader.next(ANY_VALUE)) {
    switch (field) {
      case 1:
        value = reader.string();
        break;
      case 2:
        value = reader.bool();
        break;
      case 3:
        value = reader.int64();
        break;
      case 4:
        value = reader.double();
        break;
      case 5:
        value = readArray(reader, depth + 1);
        break;
      case 6:
        value = readKeyValueList(reader, depth + 1);
        break;
      case 7:
        value = reader.copy();
        break;
    }
  }
  reader.leave(outer);
  return value;
}

function readArray(reader: WireReader, depth: number): readonly Value[] {
  const outer = reader.enter();
  const values: Value[] = [];
  while (reader.next(ARRAY_VALUE) !== 0) values.push(readValue(reader, depth));
  reader.leave(outer);
  return values;
}

function readKeyValueList(reader: WireReader, depth: number): Attributes {
  const outer = reader.enter();
  const attributes = new Map<string, Value>();
  while (reader.next(KEY_VALUE_LIST) !== 0) readAttribute(reader, attributes, depth);
  reader.leave(outer);
  return attributes;
}
