import type { Log } from '../core/log.ts';
import type { Attributes, Span, Value } from '../core/span.ts';
import { toValue } from '../decode/readable-span.ts';
import { isTooLate } from './too-late.ts';

/**
 * Takes secrets out of what a span holds: called with each value and its attribute key before anything else sees it,
 * for the span, its events and its links; `name` and `status.message` stand for the span's own. A list or an object comes as a
 * whole. What it returns takes the place of the value; undefined leaves it out.
 */
export type Mask = (value: unknown, key: string) => unknown;

const MASK_FAILED = '[mask failed]';

/** A mask that throws, or answers with what no attribute can be, leaves nothing of the value. Without one spans stay as they are. */
export function createMasker(mask: Mask | undefined, log: Log): (span: Span) => Span {
  if (mask === undefined) return (span) => span;
  const ask = mask;

  function value(given: Value, key: string): Value | undefined {
    try {
      const masked = ask(asSet(given), key);
      if (masked === undefined) return undefined;
      const usable = isTooLate(masked) ? undefined : toValue(masked);
      if (usable !== undefined) return usable;
      log.warn('The option mask answered with what no attribute can be: the value is left out.', { key });
    } catch {
      log.warn('The option mask threw: the value it was asked about is left out.', { key });
    }
    return MASK_FAILED;
  }

  function text(given: string, key: string): string {
    if (given === '') return given;
    const masked = value(given, key) ?? '';
    return typeof masked === 'object' ? MASK_FAILED : String(masked);
  }

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

/** As the app has set it: a secret in a Map would be overlooked by whoever looks through objects, or through their JSON. */
function asSet(value: Value): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, asSet(member)]));
  return Array.isArray(value) ? value.map(asSet) : value;
}
