import type { Attributes, Span, SpanEvent } from '../core/span.ts';
import type { Field, Reading } from './reading.ts';
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
  'promptTemplate',
]);

/** Of a content event only these say nothing of what was said. */
const BARE_KEYS: ReadonlySet<string> = new Set(['role', 'index', 'finish_reason', 'gen_ai.system', 'event.name']);

/**
 * `map.capture_content: false`: makes the function that takes every attribute and event away from which a rule of any
 * convention reads content. Models, tokens, names, times and errors stay.
 */
export function createContentStripper(
  conventions: readonly Convention[],
  guess: (keys: readonly string[]) => Convention | undefined,
): (span: Span) => Span {
  const known = patternsOf(conventions);

  return (span) => {
    const guessed = guess([...span.attributes.keys()]);
    const { keys, prefixes, events } = guessed ? joined(known, patternsOf([guessed])) : known;
    const isContent = (key: string) => keys.has(key) || [...prefixes].some((prefix) => key.startsWith(prefix));
    const without = (attributes: Attributes): Attributes => new Map([...attributes].filter(([key]) => !isContent(key)));
    const bare = (event: SpanEvent): SpanEvent => ({
      ...event,
      attributes: events.has(event.name)
        ? new Map([...event.attributes].filter(([key]) => BARE_KEYS.has(key)))
        : without(event.attributes),
    });
    return { ...span, attributes: without(span.attributes), events: span.events.map(bare) };
  };
}

interface Patterns {
  readonly keys: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
}

/** Where the rules of these conventions read content. */
function patternsOf(conventions: readonly Convention[]): Patterns {
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
  return { keys, prefixes, events };
}

function joined(a: Patterns, b: Patterns): Patterns {
  return {
    keys: new Set([...a.keys, ...b.keys]),
    prefixes: new Set([...a.prefixes, ...b.prefixes]),
    events: new Set([...a.events, ...b.events]),
  };
}

/** What is known of a span without what was said in it. */
export function withoutContent(reading: Partial<Reading>): Partial<Reading> {
  return Object.fromEntries(Object.entries(reading).filter(([field]) => !CONTENT_FIELDS.has(field as Field)));
}
