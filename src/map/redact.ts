import type { Attributes, Resource, Scope, Span, Value } from '../core/span.ts';
import { parseKeepingDigits } from './digits.ts';
import { parseJson } from './json-text.ts';

/** One rule of `map.redact`: by key, by value, or by value below certain keys. */
export interface RedactRule {
  /** Matched against whole attribute keys and against member names inside JSON; the whole value is replaced. */
  readonly key?: RegExp;
  /** Matched inside every text; each match is replaced. */
  readonly value?: RegExp;
  readonly replacement: string;
}

/** JSON in strings in JSON in strings … is followed this far. */
const MAX_NESTED_JSON = 8;

/**
 * Makes the function that takes secrets out of a span before anything else sees it: attributes, events, links, status,
 * names, resource and scope alike, so that neither the call nor its `otel_dump` can hold them.
 * JSON in strings is read, redacted inside, and written again.
 */
export function createRedactor(rules: readonly RedactRule[]): (span: Span) => Span {
  const resources = new WeakMap<Resource, Resource>();
  const scopes = new WeakMap<Scope, Scope>();
  const byKey = rules.flatMap(({ key, value, replacement }) =>
    key === undefined ? [] : [{ key, pattern: value && everywhere(value), replacement }],
  );
  const byValue = rules.flatMap(({ value, key, replacement }) =>
    value !== undefined && key === undefined ? [{ pattern: everywhere(value), replacement }] : [],
  );

  function text(source: string, depth = 0): string {
    if (depth < MAX_NESTED_JSON) {
      const parsed = parseJson(source);
      if (parsed !== undefined) {
        const before = JSON.stringify(parsed);
        const after = JSON.stringify(data(parseKeepingDigits(source), depth + 1));
        return before === after ? source : after;
      }
    }
    return matchesReplaced(source, byValue);
  }

  /** A number as it was, or as text where a pattern matches its digits. */
  function digits<T extends number | bigint>(source: T): T | string {
    const written = String(source);
    const result = matchesReplaced(written, byValue);
    return result === written ? source : result;
  }

  /** Plain JSON data, from a string attribute. */
  function data(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value, depth);
    if (typeof value === 'number') return digits(value);
    if (Array.isArray(value)) return value.map((item) => data(item, depth));
    if (typeof value !== 'object' || value === null) return value;
    if (isRawNumber(value)) {
      const result = matchesReplaced(value.rawJSON, byValue);
      return result === value.rawJSON ? value : result;
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [text(key), withKeyRule(key, inner, (one) => data(one, depth))]),
    );
  }

  function withKeyRule<T>(key: string, value: T, otherwise: (value: T) => T): T | string {
    let result = value;
    for (const rule of byKey) {
      if (!rule.key.test(key)) continue;
      if (rule.pattern === undefined || typeof result !== 'string') return rule.replacement;
      result = result.replace(rule.pattern, rule.replacement) as T & string;
    }
    return otherwise(result);
  }

  function value(source: Value): Value {
    if (typeof source === 'string') return text(source);
    if (typeof source === 'number' || typeof source === 'bigint') return digits(source);
    if (source instanceof Map) return attributes(source);
    return Array.isArray(source) ? source.map(value) : source;
  }

  function attributes(source: Attributes): Attributes {
    const result = new Map<string, Value>();
    for (const [key, one] of source) result.set(text(key), withKeyRule(key, one, value));
    return result;
  }

  function shared<T extends object>(memory: WeakMap<T, T>, source: T, make: () => T): T {
    const known = memory.get(source) ?? make();
    memory.set(source, known);
    return known;
  }

  return (span) => ({
    ...span,
    name: text(span.name),
    traceState: text(span.traceState),
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({
      ...event,
      name: text(event.name),
      attributes: attributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      ...link,
      traceState: text(link.traceState),
      attributes: attributes(link.attributes),
    })),
    status: { code: span.status.code, message: text(span.status.message) },
    resource: shared(resources, span.resource, () => ({
      ...span.resource,
      schemaUrl: text(span.resource.schemaUrl),
      attributes: attributes(span.resource.attributes),
    })),
    scope: shared(scopes, span.scope, () => ({
      ...span.scope,
      name: text(span.scope.name),
      version: text(span.scope.version),
      schemaUrl: text(span.scope.schemaUrl),
      attributes: attributes(span.scope.attributes),
    })),
  });
}

/** All matches, whatever flags the pattern was written with. */
const everywhere = (pattern: RegExp) => new RegExp(pattern.source, [...new Set([...pattern.flags, 'g'])].join(''));

interface Replacing {
  readonly pattern: RegExp;
  readonly replacement: string;
}

function matchesReplaced(text: string, rules: readonly Replacing[]): string {
  let result = text;
  for (const { pattern, replacement } of rules) result = result.replace(pattern, replacement);
  return result;
}

/** The wrapper that keeps the digits of a large integer. */
const isRawNumber = (value: object): value is { readonly rawJSON: string } =>
  'rawJSON' in value && typeof value.rawJSON === 'string' && Object.isFrozen(value);
