import { WireReader } from './reader.ts';
import type { Field, Fields } from './schema.ts';

/** What begins at a byte of the body, such as `resource_spans[0].scope_spans[0].spans[3].attributes[1].value`. */
export function placeOf(body: Uint8Array, offset: number, root: Fields): string {
  const reader = new WireReader(body);
  const path: string[] = [];
  try {
    for (let inside: Fields | undefined = root; inside !== undefined; ) inside = step(reader, offset, inside, path);
  } catch {
    // The damage is in the tag itself: the path ends at the message it is in.
  }
  return path.join('.') || 'the request';
}

/** Goes on to the field that holds the offset. Returns its table if the offset is inside it. */
function step(reader: WireReader, offset: number, fields: Fields, path: string[]): Fields | undefined {
  const counts = new Map<Field, number>();
  for (let number = reader.next(fields); number !== 0; number = reader.next(fields)) {
    const field = fields[number];
    if (field === undefined) return undefined;
    const index = counts.get(field) ?? 0;
    counts.set(field, index + 1);
    const name = field.repeated ? `${field.name}[${index}]` : field.name;
    if (reader.start >= offset) {
      path.push(name);
      return undefined;
    }
    if (field.message === undefined) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    if (offset < reader.end) {
      path.push(name);
      return field.message;
    }
    reader.seek(reader.end);
    reader.leave(outer);
  }
  return undefined;
}
