import type { Log } from '../core/log.ts';
import type { Attributes, Span, Value } from '../core/span.ts';

/**
 * Takes secrets out of what a span holds: called with each value and its attribute key before anything else sees it,
 * for the span, its events and its links; `name` and `status.message` stand for the span's own. What it returns takes
 * the place of the value; undefined leaves it out.
 */
export type Mask = (value: unknown, key: string) => unknown;

const MASK_FAILED = '[mask failed]';

/** A mask that throws, or answers with what no attribute can be, leaves nothing of the value. Without one spans stay as they are. */
export function createMasker(mask: Mask | undefined, log: Log): (span: Span) => Span {
  if (mask === undefined) return (span) => span;
  const ask = mask;

  function value(given: Value, key: string): Value | undefined {
    try {
      const masked = ask(given, key);
      return masked === undefined || isValue(masked) ? masked : MASK_FAILED;
    } catch {
      log.warn('The option mask threw: the value it was asked about is left out.', { key });
      return MASK_FAILED;
    }
  }

  const text = (given: string, key: string) => (given === '' ? given : String(value(given, key) ?? ''));

  function attributes(given: Attributes): Attributes {
    const kept = new Map<string, Value>();
    for (const [key, one] of given) {
      const masked = value(one, key);
      if (masked !== undefined) kept.set(key, masked);
    }
    return kept;
  }

  return (span) => ({
    ...span,
    name: text(span.name, 'name'),
    status: { ...span.status, message: text(span.status.message, 'status.message') },
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({ ...event, attributes: attributes(event.attributes) })),
    links: span.links.map((link) => ({ ...link, attributes: attributes(link.attributes) })),
  });
}

function isValue(value: unknown): value is Value {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return true;
    case 'object':
      return (
        value === null ||
        value instanceof Uint8Array ||
        (Array.isArray(value) ? value.every(isValue) : value instanceof Map && [...value.values()].every(isValue))
      );
    default:
      return false;
  }
}
