import { isUtf8 } from 'node:buffer';
import type { Attributes, Resource, Scope, Span, Value } from '../core/span.ts';
import { parseKeepingDigits } from './digits.ts';
import { parseJson } from './json-text.ts';
import { redactFragments } from './redact-fragments.ts';
import { createKeyRules, pathTo } from './redact-keys.ts';
import { everywhere, matchesReplaced, stateless } from './redact-patterns.ts';

/** One rule of `map.redact`: by key, by value, or by value below certain keys. */
export interface RedactRule {
  /** Matched against the key's path and every end of it (see createKeyRules); the whole value is replaced. */
  readonly key?: RegExp;
  /** Matched inside every text; each match is replaced. */
  readonly value?: RegExp;
  readonly replacement: string;
}

/** JSON in strings in JSON in strings … is followed this far: with each level its quotes need twice as many signs. */
const MAX_NESTED_JSON = 32;
/** Only integers of so many digits lose some in a double. */
const LONG_INTEGER = /\d{16}/;

/**
 * Makes the function that takes secrets out of a span before anything else sees it: attributes, events, links, status,
 * names, resource and scope alike, so that neither the call nor its `otel_dump` can hold them.
 * JSON in strings is read, redacted inside, and written again. See docs/privacy.md for what is found and what is not.
 */
export function createRedactor(rules: readonly RedactRule[]): (span: Span) => Span {
  const resources = new WeakMap<Resource, Resource>();
  const scopes = new WeakMap<Scope, Scope>();
  const byKey = rules.flatMap(({ key, value, replacement }) =>
    key === undefined ? [] : [{ key: stateless(key), pattern: value && everywhere(value), replacement }],
  );
  const byValue = rules.flatMap(({ value, key, replacement }) =>
    value !== undefined && key === undefined ? [{ pattern: everywhere(value), replacement }] : [],
  );
  const rulesFor = createKeyRules(byKey);

  function text(source: string, path: string, depth = 0): string {
    if (depth > MAX_NESTED_JSON) return matchesReplaced(source, byValue);
    const parsed = parseJson(source);
    if (parsed === undefined) return matchesReplaced(fragments(source, path, depth), byValue);
    const exact = LONG_INTEGER.test(source) ? parseKeepingDigits(source) : parsed;
    const result = data(exact, path, depth);
    return result === exact ? source : JSON.stringify(result);
  }

  /** What is JSON only in part. Without key rules it matters only where escapes hide something from the value rules. */
  function fragments(source: string, path: string, depth: number): string {
    if (!/[[{]/.test(source) || (byKey.length === 0 && !source.includes('\\'))) return source;
    return redactFragments(source, path, {
      whole(at, isString) {
        const rule = rulesFor(at).find(({ pattern }) => pattern === undefined || !isString);
        return rule && JSON.stringify(rule.replacement);
      },
      string(at, said, hadEscapes) {
        const matched = matchesReplaced(said, rulesFor(at));
        const result = hadEscapes ? text(matched, at, depth + 1) : matched;
        return result === said ? undefined : JSON.stringify(result);
      },
    });
  }

  /** A number as it was, or as text where a pattern matches its digits. */
  function digits<T extends number | bigint>(source: T): T | string {
    const written = String(source);
    const result = matchesReplaced(written, byValue);
    return result === written ? source : result;
  }

  /** Plain JSON data, from a string attribute; the same object where nothing in it is replaced. */
  function data(value: unknown, path: string, depth: number): unknown {
    if (typeof value === 'string') return text(value, path, depth + 1);
    if (typeof value === 'number') return digits(value);
    if (Array.isArray(value))
      return sameOr(
        value,
        value.map((item, at) => data(item, pathTo(path, at), depth)),
      );
    if (typeof value !== 'object' || value === null) return value;
    if (isRawNumber(value)) {
      const result = matchesReplaced(value.rawJSON, byValue);
      return result === value.rawJSON ? value : result;
    }
    const before = Object.entries(value);
    const after = entries(before, path, (one, at) => data(one, at, depth));
    return after === undefined ? value : Object.fromEntries(after);
  }

  /** Members with keys and values redacted; undefined where nothing changes. Keys that become the same are numbered. */
  function entries<T>(
    source: readonly (readonly [string, T])[],
    path: string,
    inside: (value: T, path: string) => T,
  ): readonly (readonly [string, T | string])[] | undefined {
    const result = new Map<string, T | string>();
    const times = new Map<string, number>();
    let isChanged = false;
    for (const [key, value] of source) {
      const at = pathTo(path, key);
      const newValue = withKeyRules(at, value, inside);
      let newKey = text(key, '');
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

  function withKeyRules<T>(path: string, value: T, inside: (value: T, path: string) => T): T | string {
    let result = value;
    for (const { pattern, replacement } of rulesFor(path)) {
      if (pattern === undefined || typeof result !== 'string') return replacement;
      result = result.replace(pattern, replacement) as T & string;
    }
    return inside(result, path);
  }

  function value(source: Value, path: string): Value {
    if (typeof source === 'string') return text(source, path);
    if (typeof source === 'number' || typeof source === 'bigint') return digits(source);
    if (source instanceof Map) return attributes(source, path);
    if (source instanceof Uint8Array) return bytes(source, path);
    return Array.isArray(source)
      ? sameOr(
          source,
          source.map((item, at) => value(item, pathTo(path, at))),
        )
      : source;
  }

  /** Bytes that are text are looked at as text. */
  function bytes(source: Uint8Array, path: string): Value {
    if (!isUtf8(source)) return source;
    const said = Buffer.from(source).toString();
    const result = text(said, path);
    return result === said ? source : result;
  }

  function attributes(source: Attributes, path = ''): Attributes {
    const after = entries([...source], path, value);
    return after === undefined ? source : new Map(after);
  }

  function shared<T extends object>(memory: WeakMap<T, T>, source: T, make: () => T): T {
    const known = memory.get(source) ?? make();
    memory.set(source, known);
    return known;
  }

  return (span) => ({
    ...span,
    name: text(span.name, ''),
    traceState: text(span.traceState, ''),
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({
      ...event,
      name: text(event.name, ''),
      attributes: attributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      ...link,
      traceState: text(link.traceState, ''),
      attributes: attributes(link.attributes),
    })),
    status: { code: span.status.code, message: text(span.status.message, '') },
    resource: shared(resources, span.resource, () => ({
      ...span.resource,
      schemaUrl: text(span.resource.schemaUrl, ''),
      attributes: attributes(span.resource.attributes),
    })),
    scope: shared(scopes, span.scope, () => ({
      ...span.scope,
      name: text(span.scope.name, ''),
      version: text(span.scope.version, ''),
      schemaUrl: text(span.scope.schemaUrl, ''),
      attributes: attributes(span.scope.attributes),
    })),
  });
}

/** The list as it was where all of its items are. */
const sameOr = <T>(before: readonly T[], after: readonly T[]) =>
  after.every((item, at) => item === before[at]) ? before : after;

/** The wrapper that keeps the digits of a large integer. */
const isRawNumber = (value: object): value is { readonly rawJSON: string } =>
  'rawJSON' in value && typeof value.rawJSON === 'string' && Object.isFrozen(value);
