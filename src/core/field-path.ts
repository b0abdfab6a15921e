/** Names a place in a call: `op_name`, `inputs.messages.0.content`, `summary.usage.*.total_tokens`. */
export interface FieldPath {
  /** As it was written. */
  readonly text: string;
  /** `*` stands for every member of an object or a list; a number for an item of a list. */
  readonly keys: readonly string[];
}

export const ANY_KEY = '*';

/** Characters of a path, and keys in it. */
const MAX_PATH_CHARS = 500;
const MAX_KEYS = 32;

/**
 * Keys are parted by dots. A key that has dots of its own stands in double quotes: `summary.usage."gpt-4.1".requests`.
 * Undefined for anything else.
 */
export function parseFieldPath(text: string): FieldPath | undefined {
  if (text.length > MAX_PATH_CHARS || !/^("[^"]+"|[^".{}\s]+)(\.("[^"]+"|[^".{}\s]+))*$/.test(text)) return undefined;
  const keys = (text.match(/"[^"]+"|[^".]+/g) ?? []).map((key) => key.replaceAll('"', ''));
  return keys.length <= MAX_KEYS ? { text, keys } : undefined;
}

/** Every value at the path: none, one, or with `*` in the path any number. */
export function valuesAt(value: unknown, { keys }: FieldPath): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const key of keys) found = found.flatMap((one) => membersOf(one, key));
  return found;
}

function membersOf(value: unknown, key: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (key === ANY_KEY) return Object.values(value);
  return Object.hasOwn(value, key) ? [(value as Readonly<Record<string, unknown>>)[key]] : [];
}
