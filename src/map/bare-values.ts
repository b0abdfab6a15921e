import type { Attributes, Value } from '../core/span.ts';
import { isContentName, isError, isNamed } from './content-names.ts';
import { mayBeJson, parseJson } from './json-text.ts';

/** No name, id or address is longer. In characters. */
export const MAX_BARE_TEXT = 512;
/** A path or a URL, and where its query begins: that may hold what was asked. */
const QUERY = /^((?:[a-z][a-z0-9+.-]*:\/)?\/[^\s?#]*)[?#]\S*$/i;

/**
 * What of an attribute may stay where content does not: numbers, short texts, and of objects (also as JSON) numbers and
 * names. Undefined where nothing may. That its name is not one of content is for the caller to know.
 */
export function bareValue(key: string, value: Value): Value | undefined {
  if (typeof value === 'string') return isError(key) ? value : bareText(value);
  if (value instanceof Uint8Array) return undefined;
  if (value instanceof Map) return some(bareMembers(value));
  if (!Array.isArray(value)) return value;
  const items = value.map((item: Value) => bareValue(key, item)).filter((item) => item !== undefined);
  return items.length > 0 ? items : undefined;
}

function bareText(text: string): string | undefined {
  if (mayBeJson(text)) {
    const bare = bareData('', parseJson(text));
    return bare === undefined ? undefined : JSON.stringify(bare);
  }
  return text.length <= MAX_BARE_TEXT ? text.replace(QUERY, '$1') : undefined;
}

/** Members that are numbers, or names by their own name: an object may hold anything, so what is not known to be harmless goes. */
export function bareMembers(members: Attributes): Attributes {
  return bareEntries(members) as Attributes;
}

function bareEntries(members: Iterable<readonly [string, unknown]>): ReadonlyMap<string, unknown> {
  const bare = new Map<string, unknown>();
  for (const [key, value] of members) {
    const kept = isContentName(key) ? undefined : bareData(key, value);
    if (kept !== undefined) bare.set(key, kept);
  }
  return bare;
}

/** The same of one member, a `Value` or plain data: what is left of it, or undefined. */
export function bareData(key: string, value: unknown): unknown {
  if (typeof value === 'string') return isNamed(key) && isWord(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => bareData(key, item)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const bare = bareEntries(value instanceof Map ? value : Object.entries(value));
  if (bare.size === 0) return undefined;
  return value instanceof Map ? bare : Object.fromEntries(bare);
}

const isWord = (text: string) => text.length <= MAX_BARE_TEXT && !mayBeJson(text) && !text.includes('\n');
const some = (members: Attributes) => (members.size > 0 ? members : undefined);
