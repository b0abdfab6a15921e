import type { Attributes, Span, SpanEvent } from '../core/span.ts';
import type { Field } from './reading.ts';
import type { Convention } from './rule.ts';

/** The fields that hold what people and models said, and what tools were given and gave. */
export const CONTENT_FIELDS: ReadonlySet<Field> = new Set<Field>([
  'messages',
  'choices',
  'input',
  'output',
  'system',
  'toolDefinitions',
  'toolArguments',
  'toolResult',
  'query',
  'documents',
  'embeddingInput',
  'embeddingDimensions',
]);

/** Of a content event only these say nothing of what was said. */
const BARE_KEYS: ReadonlySet<string> = new Set(['role', 'index', 'finish_reason', 'gen_ai.system', 'event.name']);

/**
 * `map.capture_content: false`: makes the function that takes every attribute and event away from which a rule of any
 * convention reads content. Models, tokens, names, times and errors stay.
 */
export function createContentStripper(conventions: readonly Convention[]): (span: Span) => Span {
  const keys = new Set<string>();
  const prefixes = new Set<string>();
  const events = new Set<string>();
  for (const { rules } of conventions) {
    for (const [field, list] of Object.entries(rules) as [Field, readonly { readonly keys: readonly string[] }[]][]) {
      if (!CONTENT_FIELDS.has(field)) continue;
      for (const key of list.flatMap((rule) => rule.keys)) {
        if (key.startsWith('event ')) events.add(key.slice('event '.length));
        else if (key.endsWith('*')) prefixes.add(key.slice(0, -1));
        else keys.add(key);
      }
    }
  }
  const isContent = (key: string) => keys.has(key) || [...prefixes].some((prefix) => key.startsWith(prefix));

  function without(attributes: Attributes): Attributes {
    return new Map([...attributes].filter(([key]) => !isContent(key)));
  }

  function bare(event: SpanEvent): SpanEvent {
    const attributes = events.has(event.name)
      ? new Map([...event.attributes].filter(([key]) => BARE_KEYS.has(key)))
      : without(event.attributes);
    return { ...event, attributes };
  }

  return (span) => ({ ...span, attributes: without(span.attributes), events: span.events.map(bare) });
}
