import type { Span } from '../core/span.ts';
import { createKeyTree } from './key-tree.ts';
import { type NestTemplate, nestTemplate } from './nest.ts';
import type { Field } from './reading.ts';
import type { Convention, Rule } from './rule.ts';

/** Keys remembered over all layouts: some thousands of layouts, at about 100 bytes a key. */
export const MAX_LAYOUT_KEYS = 100_000;

/** What a span stands for is guessed by so many of its keys: every one of them is held against every name. */
const MAX_GUESSED_KEYS = 1_000;

/** A rule that can find something in spans of one layout. */
export interface Candidate {
  readonly rule: Rule<unknown>;
  readonly convention: Convention;
  /** Positions, in the order of the span's attributes, of the attributes that it reads. */
  readonly reads: readonly number[];
}

/**
 * What follows from a span's scope, its attribute keys and the names of its events. Spans of one instrumentation share them,
 * so this is worked out once for thousands of spans; only values are looked at again.
 */
export interface Layout {
  readonly keys: readonly string[];
  /** How the keys nest. */
  readonly template: NestTemplate;
  readonly conventions: readonly Convention[];
  /** For each field the rules that may find it, best first. */
  readonly fields: readonly { readonly field: Field; readonly candidates: readonly Candidate[] }[];
}

export interface Layouts {
  of(span: Span): Layout;
}

/** Fields by which a convention says what went in or came out. */
const CONTENT: readonly Field[] = [
  'messages',
  'choices',
  'input',
  'output',
  'query',
  'documents',
  'toolArguments',
  'toolResult',
  'embeddingInput',
];

/**
 * Conventions in order of precedence: for each field the first one that finds something wins.
 * Where none of them knows the scope or reads any content, `guess` is asked what the keys may mean.
 */
export function createLayouts(
  conventions: readonly Convention[],
  guess: (keys: readonly string[]) => Convention | undefined = () => undefined,
): Layouts {
  const known = createKeyTree<Layout>(MAX_LAYOUT_KEYS);
  const byPrefix = conventions.flatMap((convention) => convention.prefixes.map((prefix) => ({ prefix, convention })));
  const scoped = conventions.filter((convention) => convention.scopes !== undefined);

  function build(keys: readonly string[], scope: string, eventNames: ReadonlySet<string>): Layout {
    const found = new Set<Convention>();
    for (const { prefix, convention } of byPrefix)
      if (keys.some((key) => key.startsWith(prefix))) found.add(convention);
    const byScope = scoped.filter((convention) => convention.scopes?.some((pattern) => pattern.test(scope)));
    for (const convention of byScope) found.add(convention);
    for (const name of eventNames)
      for (const { prefix, convention } of byPrefix) if (name.startsWith(prefix)) found.add(convention);
    const active = conventions.filter((convention) => found.has(convention));
    const fields = new Map<Field, Candidate[]>();
    const present = new Set(keys);
    const has = (key: string) => present.has(key);
    const add = (convention: Convention) => {
      for (const [field, rules] of Object.entries(convention.rules) as [Field, readonly Rule<unknown>[]][]) {
        for (const rule of rules) {
          const reads = keys.flatMap((key, position) =>
            rule.keys.some((pattern) => isReadBy(pattern, key)) ? position : [],
          );
          const byEvent = rule.keys.some((pattern) => pattern.startsWith('event ') && eventNames.has(pattern.slice(6)));
          if (reads.length === 0 && !byEvent && rule.keys.length > 0) continue;
          const candidates = fields.get(field) ?? [];
          candidates.push({ rule: rule.among?.(has) ?? rule, convention, reads });
          fields.set(field, candidates);
        }
      }
    };
    for (const convention of active) add(convention);
    const isKnown = byScope.length > 0 || CONTENT.some((field) => fields.has(field));
    const guessed = isKnown ? undefined : guess(keys.slice(0, MAX_GUESSED_KEYS));
    if (guessed) add(guessed);
    return {
      keys,
      template: nestTemplate(keys),
      conventions: guessed ? [...active, guessed] : active,
      fields: [...fields].map(([field, candidates]) => ({ field, candidates })),
    };
  }

  return {
    of(span) {
      const make = () =>
        build([...span.attributes.keys()], span.scope.name, new Set(span.events.map((event) => event.name)));
      return known.of(identity(span), make);
    },
  };
}

/** What a layout follows from: the scope, the keys in their order, and the names of events. */
function identity(span: Span): readonly string[] {
  const keys = [span.scope.name, ...span.attributes.keys()];
  let last = '';
  for (const { name } of span.events) {
    if (name !== last) keys.push(`event ${name}`);
    last = name;
  }
  return keys;
}

const isReadBy = (pattern: string, key: string) =>
  pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : pattern === key;
