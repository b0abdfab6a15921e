import type { Resource, Scope, Span, SpanEvent } from '../core/span.ts';
import { createPieceHider, placesOf } from './redact-pieces.ts';
import { createTextRedactor, type RedactRule, sameOr } from './redact-text.ts';

/**
 * Takes secrets out of a span before anything else sees it: attributes, events, links, status, names, resource and scope
 * alike, so that neither the call nor its `otel_dump` can hold them. See docs/privacy.md for what is found and what is not.
 */
export interface Redactor {
  span(span: Span): Span;
  /**
   * What the call shows of a redacted span. Some texts were put together from pieces, none of which held the whole of a
   * secret: such a secret is taken out of the texts, and its pieces out of the span.
   */
  merged<T>(span: Span, data: T): { readonly span: Span; readonly data: T };
}

/** Events that are a message each, and no pieces of one. */
const MESSAGE = /^gen_ai\.\w+\.message$/;

export function createRedactor(rules: readonly RedactRule[]): Redactor {
  const resources = new WeakMap<Resource, Resource>();
  const scopes = new WeakMap<Scope, Scope>();
  const { text, attributes, replacedIn, matchesIn } = createTextRedactor(rules);
  const streams = createPieceHider(matchesIn);

  function whole<T>(source: T, secrets: Map<string, string>): T {
    if (typeof source === 'string') {
      const result = text(source);
      if (result !== source) for (const [secret, by] of replacedIn(source)) secrets.set(secret, by);
      return result as T & string;
    }
    if (Array.isArray(source)) {
      return sameOr(
        source,
        source.map((one) => whole(one, secrets)),
      ) as T & unknown[];
    }
    if (typeof source !== 'object' || source === null) return source;
    const before = Object.entries(source);
    const after = before.map(([key, one]) => [key, whole(one, secrets)] as const);
    return after.every(([, one], at) => one === before[at]?.[1]) ? source : (Object.fromEntries(after) as T);
  }

  function merged<T>(source: Span, data: T): { readonly span: Span; readonly data: T } {
    const secrets = new Map<string, string>();
    const result = whole(data, secrets);
    if (secrets.size === 0) return { span: source, data: result };
    const pieces = createPieceHider(placesOf(secrets));
    return { span: pieces.span(source), data: pieces.data(result) };
  }

  function span(source: Span): Span {
    return {
      ...source,
      name: text(source.name),
      traceState: text(source.traceState),
      attributes: attributes(source.attributes),
      events: streamed(
        source.events.map((event) => ({
          ...event,
          name: text(event.name),
          attributes: attributes(event.attributes),
        })),
      ),
      links: source.links.map((link) => ({
        ...link,
        traceState: text(link.traceState),
        attributes: attributes(link.attributes),
      })),
      status: { code: source.status.code, message: text(source.status.message) },
      resource: shared(resources, source.resource, (resource) => ({
        ...resource,
        schemaUrl: text(resource.schemaUrl),
        attributes: attributes(resource.attributes),
      })),
      scope: shared(scopes, source.scope, (scope) => ({
        ...scope,
        name: text(scope.name),
        version: text(scope.version),
        schemaUrl: text(scope.schemaUrl),
        attributes: attributes(scope.attributes),
      })),
    };
  }

  /** Events of one name may be the pieces of a stream, whether or not the call shows what they say together. */
  function streamed(events: Span['events']): Span['events'] {
    const [seen, again] = [new Set<string>(), new Set<string>()];
    for (const { name } of events) (seen.has(name) ? again : seen).add(name);
    const isPiece = ({ name }: SpanEvent) => again.has(name) && !MESSAGE.test(name);
    const hidden = streams.events(events.filter(isPiece)).values();
    return events.map((event) => (isPiece(event) ? (hidden.next().value ?? event) : event));
  }

  return { span, merged };
}

/** Spans of a request share their resource and scope, and go on to. */
function shared<T extends object>(memory: WeakMap<T, T>, source: T, make: (source: T) => T): T {
  const known = memory.get(source) ?? make(source);
  memory.set(source, known);
  return known;
}
