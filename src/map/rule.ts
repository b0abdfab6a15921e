import { isObject } from './chat/message.ts';
import { listAt } from './indexed.ts';
import type { Field, Reading } from './reading.ts';
import { countAt, dataAt, eventsNamed, numberAt, type SpanView, textAt, valueAt } from './span-view.ts';

/** One way to find one field. */
export interface Rule<T> {
  /**
   * What it reads: attribute keys, `prefix.*` for all below a prefix, `event NAME` for span events.
   * Attributes that a rule has read are not repeated among the call's left-over attributes.
   */
  readonly keys: readonly string[];
  read(view: SpanView): T | undefined;
  /** The same rule for spans that have these of its keys, where it asks for them one by one. */
  among?(has: (key: string) => boolean): Rule<T>;
}

/** The rules of one convention, field by field, best first. */
export type Rules = { readonly [F in Field]?: readonly Rule<Reading[F]>[] };

/** One way in which instrumentations describe LLM work. */
export interface Convention {
  readonly name: string;
  readonly title: string;
  /** Attribute key prefixes, one of which gives the convention away. */
  readonly prefixes: readonly string[];
  /** Scope names that give it away without any attribute. */
  readonly scopes?: readonly RegExp[];
  readonly rules: Rules;
}

/** The first of these attributes as text. */
export function text(...keys: readonly string[]): Rule<string> {
  return first(keys, textAt);
}

/** The first of these attributes as a name. Micrometer (Spring) has no absent values: it writes `none`. */
export function named(...keys: readonly string[]): Rule<string> {
  return first(keys, (view, key) => {
    const name = textAt(view, key);
    return name === 'none' ? undefined : name;
  });
}

/** The first of these attributes that is a token count. */
export function count(...keys: readonly string[]): Rule<number> {
  return first(keys, countAt);
}

export function number(...keys: readonly string[]): Rule<number> {
  return first(keys, numberAt);
}

/** The first of these attributes, given in seconds, in milliseconds. */
export function seconds(...keys: readonly string[]): Rule<number> {
  return first(keys, (view, key) => {
    const value = numberAt(view, key);
    return value === undefined ? undefined : value * 1000;
  });
}

/** The first of these attributes, a moment in ISO 8601 (also in quotes), in milliseconds after the span's start. */
export function sinceStart(...keys: readonly string[]): Rule<number> {
  return first(keys, (view, key) => {
    const at = Date.parse((textAt(view, key) ?? '').replaceAll('"', ''));
    const after = at - Number(view.span.startNs / 1000n) / 1000;
    return after >= 0 && view.span.startNs > 0n ? after : undefined;
  });
}

/** The first of these attributes as data: JSON text parsed. `convert` may turn it down with undefined. */
export function data<T>(key: string | readonly string[], convert: (value: unknown) => T | undefined): Rule<T> {
  return first(typeof key === 'string' ? [key] : key, (view, one) => {
    const value = dataAt(view, one);
    return value === undefined ? undefined : convert(value);
  });
}

/** An attribute whose words are translated by a table; words that it does not have are passed over. */
export function word<T>(key: string, table: Readonly<Record<string, T>>): Rule<T> {
  return first([key], (view, one) => {
    const said = textAt(view, one);
    return said !== undefined && Object.hasOwn(table, said) ? table[said] : undefined;
  });
}

/** A list flattened into keys with indexes below a prefix that ends in a dot. */
export function indexed<T>(prefix: string, convert: (items: readonly unknown[]) => T | undefined): Rule<T> {
  return {
    keys: [`${prefix}*`],
    read(view) {
      const items = listAt(view, prefix);
      return items && convert(items);
    },
  };
}

/** An object flattened into keys below a prefix that ends in a dot, its values as data. */
export function below(prefix: string): Rule<Readonly<Record<string, unknown>>> {
  return {
    keys: [`${prefix}*`],
    read(view) {
      const entries: [string, unknown][] = [];
      for (const key of view.span.attributes.keys()) {
        if (key.startsWith(prefix) && key.length > prefix.length)
          entries.push([key.slice(prefix.length), dataAt(view, key)]);
      }
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    },
  };
}

/** Several attributes gathered into one object under names of ours; undefined where none is there. */
export function gather(names: Readonly<Record<string, string>>): Rule<Readonly<Record<string, unknown>>> {
  return asking(Object.keys(names), (view, keys) => gathered(view, keys, names));
}

export function gathered(
  view: SpanView,
  keys: readonly string[],
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> | undefined {
  let found: Record<string, unknown> | undefined;
  for (const key of keys) {
    const name = names[key];
    if (name === undefined || valueAt(view, key) === undefined) continue;
    found ??= {};
    found[name] ??= withoutQuotes(dataAt(view, key));
  }
  return found;
}

/** Some SDKs send booleans as text, Python's with a capital. */
function withoutQuotes(value: unknown): unknown {
  if (value === 'true' || value === 'True') return true;
  return value === 'false' || value === 'False' ? false : value;
}

/** A fixed answer where a condition holds. */
export function when<T>(keys: readonly string[], holds: (view: SpanView) => boolean, answer: T): Rule<T> {
  return { keys, read: (view) => (holds(view) ? answer : undefined) };
}

/** Anything that looks at the span in a way of its own. */
export function custom<T>(keys: readonly string[], read: (view: SpanView) => T | undefined): Rule<T> {
  return { keys, read };
}

/** Span events of one name. */
export function events<T>(name: string, convert: (found: ReturnType<typeof eventsNamed>) => T | undefined): Rule<T> {
  return {
    keys: [`event ${name}`],
    read(view) {
      const found = view.span.events.length === 0 ? [] : eventsNamed(view, name);
      return found.length === 0 ? undefined : convert(found);
    },
  };
}

/** When the first of these events happened, in milliseconds after the span's start: the first piece of a streamed answer. */
export function firstEvent(...names: readonly string[]): Rule<number> {
  return custom(
    names.map((name) => `event ${name}`),
    ({ span }) => {
      const event = span.events.find(({ name }) => names.includes(name));
      return event && event.timeNs >= span.startNs ? Number((event.timeNs - span.startNs) / 1000n) / 1000 : undefined;
    },
  );
}

/** A list of texts, however it was sent: a list, a JSON list, or joined with commas. */
export function texts(value: unknown): readonly string[] | undefined {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : undefined;
  const found = list?.map((item) => String(item).trim()).filter((item) => item !== '');
  return found && found.length > 0 ? found : undefined;
}

export function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** A list that is not empty, or undefined: so that the next rule is asked. */
export function some<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/**
 * A rule that asks for its keys one by one. Of many spellings a span has few: in spans of one layout it is asked only
 * for those that they have.
 */
export function asking<T>(
  keys: readonly string[],
  read: (view: SpanView, keys: readonly string[]) => T | undefined,
): Rule<T> {
  return { keys, read: (view) => read(view, keys), among: (has) => asking(keys.filter(has), read) };
}

function first<T>(all: readonly string[], read: (view: SpanView, key: string) => T | undefined): Rule<T> {
  return asking(all, (view, keys) => {
    for (const key of keys) {
      const value = read(view, key);
      if (value !== undefined) return value;
    }
    return undefined;
  });
}
