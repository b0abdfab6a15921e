import type { Attributes, Span, SpanEvent, Value } from '../core/span.ts';
import { bareData, bareMembers, bareValue } from './bare-values.ts';
import { isContentName, isNamed } from './content-names.ts';
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
/** Fields of any shape: of them numbers and names stay. */
const FREE_FIELDS: ReadonlySet<Field> = new Set<Field>(['parameters', 'metadata', 'evaluations', 'extraAttributes']);
/** Texts, which stay where they can still be read from what stays. */
const TEXT_FIELDS: ReadonlySet<Field> = new Set<Field>(['displayName', 'failure', 'toolDescription']);
/** Fields that tell that the work came to an end. */
const RESULT_FIELDS: readonly Field[] = ['choices', 'output', 'toolResult', 'documents'];

/** Keys about which is decided once. */
const MAX_KEYS = 10_000;

/**
 * `map.capture_content: false`: makes the function that takes what was said out of a span. That is (see docs/privacy.md)
 *   - every attribute and event from which a rule of any convention reads content;
 *   - every attribute whose name says that it is content;
 *   - of objects and of events everything but numbers and names;
 *   - texts that are too long to be a name.
 * Models, tokens, names, ids, times and errors stay.
 */
export function createContentStripper(
  conventions: readonly Convention[],
  guess: (keys: readonly string[]) => Convention | undefined,
): (span: Span) => Span {
  const known = patternsOf(conventions);
  const decided = new Map<string, boolean>();

  function isContent(key: string): boolean {
    const before = decided.get(key);
    if (before !== undefined) return before;
    const decision = isReadAsContent(known, key) || isContentName(key);
    if (decided.size >= MAX_KEYS) decided.clear();
    decided.set(key, decision);
    return decision;
  }

  function bare(attributes: Attributes, isContentHere: (key: string) => boolean): Attributes {
    const kept = new Map<string, Value>();
    for (const [key, value] of attributes) {
      const one = isContentHere(key) ? undefined : bareValue(key, value);
      if (one !== undefined) kept.set(key, one);
    }
    return kept;
  }

  function bareEvent(event: SpanEvent): SpanEvent {
    const { name, attributes } = event;
    if (name === 'exception') return { ...event, attributes: bare(attributes, isContent) };
    const kept = new Map([...bareMembers(attributes)].filter(([key]) => !isReadAsContent(known, key)));
    if (!known.events.has(name)) return { ...event, attributes: kept };
    return { ...event, attributes: new Map([...kept].filter(([key]) => isNamed(key) || key === 'index')) };
  }

  return (span) => {
    const guessed = guess([...span.attributes.keys()]);
    const also = guessed && patternsOf([guessed]);
    const isContentHere = (key: string) => isContent(key) || (also !== undefined && isReadAsContent(also, key));
    return {
      ...span,
      attributes: bare(span.attributes, isContentHere),
      events: span.events.map(bareEvent),
      links: span.links.map((link) => ({ ...link, attributes: bare(link.attributes, isContent) })),
    };
  };
}

/** What was found in a span, without what was said in it. `bare` is what the rules still find when that is gone. */
export function withoutContent(whole: Partial<Reading>, bare: Partial<Reading>): Partial<Reading> {
  const kept: Partial<Record<Field, unknown>> = {};
  for (const [field, value] of Object.entries(whole) as [Field, unknown][]) {
    if (CONTENT_FIELDS.has(field)) continue;
    const one = TEXT_FIELDS.has(field) ? bare[field] : FREE_FIELDS.has(field) ? bareData(field, value) : value;
    if (one !== undefined) kept[field] = one;
  }
  if (whole.embeddingDimensions !== undefined) kept.embeddingDimensions = whole.embeddingDimensions;
  if (RESULT_FIELDS.some((field) => whole[field] !== undefined)) kept.output = null;
  return kept as Partial<Reading>;
}

interface Patterns {
  readonly keys: ReadonlySet<string>;
  readonly prefixes: readonly string[];
  readonly events: ReadonlySet<string>;
}

function isReadAsContent({ keys, prefixes }: Patterns, key: string): boolean {
  return keys.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
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
  return { keys, prefixes: [...prefixes], events };
}
