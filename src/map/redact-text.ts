import { isUtf8 } from 'node:buffer';
import type { Attributes, Value } from '../core/span.ts';
import { mayHoldLongInteger, parseKeepingDigits } from './digits.ts';
import { parseJson } from './json-text.ts';
import { redactFragments } from './redact-fragments.ts';
import { hasHiddenMembers, isRawNumber, unquoted } from './redact-json.ts';
import { createKeyRules, pathTo } from './redact-keys.ts';
import { everywhere, matchesReplaced, patternsOf, stateless, type ValueRule } from './redact-patterns.ts';
import type { Edit } from './redact-pieces.ts';

/** One rule of `map.redact`: by key, by value, or by value below certain keys. */
export interface RedactRule {
  /** Matched against the key's path and every end of it (see createKeyRules); the whole value is replaced. */
  readonly key?: RegExp;
  /** Matched inside every text; each match is replaced. */
  readonly value?: RegExp;
  readonly replacement: string;
}

/** Redacts what a span is made of. JSON in strings is read, redacted inside, and written again. */
export interface TextRedactor {
  /** A text that stands under no key. */
  text(source: string): string;
  attributes(source: Attributes): Attributes;
  /** What is replaced in a text that stands under no key, and by what. */
  replacedIn(source: string): ReadonlyMap<string, string>;
  /** Where value rules match in a text that is none, but was put together. */
  matchesIn(source: string): readonly Edit[];
}

/** Where something stands: its path, the rules for its texts, and in how many strings of JSON it is. */
interface Place {
  readonly path: string;
  readonly rules: readonly ValueRule[];
  readonly depth: number;
}

/** JSON in strings in JSON in strings … is followed this far: with each level its quotes need twice as many signs. */
const MAX_NESTED_JSON = 32;

export function createTextRedactor(rules: readonly RedactRule[]): TextRedactor {
  const byKey = rules.flatMap(({ key, value, replacement }) =>
    key === undefined ? [] : [{ key: stateless(key), pattern: value && everywhere(value), replacement }],
  );
  const byValue = rules.flatMap(({ value, key, replacement }) =>
    value !== undefined && key === undefined ? [{ pattern: everywhere(value), replacement }] : [],
  );
  const rulesFor = createKeyRules(byKey);
  const root: Place = { path: '', rules: byValue, depth: 0 };

  function text(source: string, at: Place): string {
    if (at.depth > MAX_NESTED_JSON) return matchesReplaced(source, at.rules);
    const inside = { ...at, depth: at.depth + 1 };
    const quoted = unquoted(source);
    if (quoted !== undefined) {
      const result = text(quoted, inside);
      return result === quoted ? source : JSON.stringify(result);
    }
    const parsed = parseJson(source);
    if (parsed === undefined) return matchesReplaced(fragments(source, at), at.rules);
    const exact = mayHoldLongInteger(source) ? parseKeepingDigits(source) : parsed;
    const result = data(exact, inside);
    return result === exact && !hasHiddenMembers(source, exact) ? source : JSON.stringify(result);
  }

  /** What is JSON only in part. Without key rules it matters only where escapes hide something from the value rules. */
  function fragments(source: string, { path, rules, depth }: Place): string {
    if (!/[[{]/.test(source) || (byKey.length === 0 && !source.includes('\\'))) return source;
    return redactFragments(source, path, {
      whole(at, isString) {
        const rule = rulesFor(at).find(({ pattern }) => pattern === undefined || !isString);
        return rule && JSON.stringify(rule.replacement);
      },
      string(at, said, hadEscapes) {
        const own = [...patternsOf(rulesFor(at)), ...rules];
        const result = hadEscapes ? text(said, { path: at, rules: own, depth: depth + 1 }) : matchesReplaced(said, own);
        return result === said ? undefined : JSON.stringify(result);
      },
    });
  }

  /** A number as it was, or as text where a pattern matches its digits. */
  function digits<T extends number | bigint>(source: T, { rules }: Place): T | string {
    const written = String(source);
    const result = matchesReplaced(written, rules);
    return result === written ? source : result;
  }

  /** Plain JSON data, from a string attribute; the same object where nothing in it is replaced. */
  function data(value: unknown, at: Place): unknown {
    if (typeof value === 'string') return text(value, at);
    if (typeof value === 'number') return digits(value, at);
    if (Array.isArray(value)) return items(value, at, data);
    if (typeof value !== 'object' || value === null) return value;
    if (isRawNumber(value)) {
      const result = matchesReplaced(value.rawJSON, at.rules);
      return result === value.rawJSON ? value : result;
    }
    const after = entries(Object.entries(value), at, data);
    return after === undefined ? value : Object.fromEntries(after);
  }

  const items = <T>(source: readonly T[], at: Place, inside: (value: T, at: Place) => T) =>
    sameOr(
      source,
      source.map((item, index) => inside(item, { ...at, path: pathTo(at.path, index) })),
    );

  /** Members with keys and values redacted; undefined where nothing changes. Keys that become the same are numbered. */
  function entries<T>(
    source: readonly (readonly [string, T])[],
    at: Place,
    inside: (value: T, at: Place) => T,
  ): readonly (readonly [string, T | string])[] | undefined {
    const result = new Map<string, T | string>();
    const times = new Map<string, number>();
    let isChanged = false;
    for (const [key, value] of source) {
      const newValue = member(value, { ...at, path: pathTo(at.path, key) }, inside);
      let newKey = text(key, { ...at, path: '' });
      if (newKey !== key || newValue !== value) isChanged = true;
      while (result.has(newKey)) {
        const time = (times.get(newKey) ?? 1) + 1;
        times.set(newKey, time);
        newKey = `${newKey}_${time}`;
      }
      result.set(newKey, newValue);
    }
    return isChanged ? [...result] : undefined;
  }

  /** A rule for its key replaces the whole value, or is one more rule for all texts below. */
  function member<T>(value: T, at: Place, inside: (value: T, at: Place) => T): T | string {
    const found = rulesFor(at.path);
    const whole = found.find(({ pattern }) => pattern === undefined);
    if (whole) return whole.replacement;
    return inside(value, found.length === 0 ? at : { ...at, rules: [...patternsOf(found), ...at.rules] });
  }

  function value(source: Value, at: Place): Value {
    if (typeof source === 'string') return text(source, at);
    if (typeof source === 'number' || typeof source === 'bigint') return digits(source, at);
    if (source instanceof Map) return attributes(source, at);
    if (source instanceof Uint8Array) return bytes(source, at);
    return Array.isArray(source) ? items(source, at, value) : source;
  }

  /** Bytes that are text are looked at as text. */
  function bytes(source: Uint8Array, at: Place): Value {
    if (!isUtf8(source)) return source;
    const said = Buffer.from(source).toString();
    const result = text(said, at);
    return result === said ? source : result;
  }

  function attributes(source: Attributes, at: Place): Attributes {
    const after = entries([...source], at, value);
    return after === undefined ? source : new Map(after);
  }

  function replacedIn(source: string): ReadonlyMap<string, string> {
    const result = text(source, root);
    const found = new Map<string, string>();
    let rest = source;
    for (const { pattern, replacement } of byValue) {
      for (const [match] of rest.matchAll(pattern)) found.set(match, replacement);
      rest = matchesReplaced(rest, [{ pattern, replacement }]);
    }
    // what key rules have replaced, or what stands in JSON: all from the first difference to the last
    if (rest !== result) found.set(...differenceOf(source, result));
    // a replacement that is itself a match was there before
    for (const [match, replacement] of found) if (replacement.includes(match)) found.delete(match);
    return found;
  }

  function matchesIn(source: string): readonly Edit[] {
    return byValue.flatMap(({ pattern, replacement }) =>
      [...source.matchAll(pattern)].flatMap(({ index, 0: match }) =>
        replacement.includes(match) ? [] : { start: index, end: index + match.length, text: replacement },
      ),
    );
  }

  return {
    text: (source) => text(source, root),
    attributes: (source) => attributes(source, root),
    replacedIn,
    matchesIn,
  };
}

function differenceOf(before: string, after: string): [string, string] {
  const max = Math.min(before.length, after.length);
  let start = 0;
  while (start < max && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < max - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

/** The list as it was where all of its items are. */
export function sameOr<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return after.every((item, at) => item === before[at]) ? before : after;
}
