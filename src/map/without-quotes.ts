import type { Attributes, Span, Value } from '../core/span.ts';
import { isError, isNamed } from './content-names.ts';
import { parseJson } from './json-text.ts';
import type { Field, Reading } from './reading.ts';

/** Shorter texts stand in an error by chance. In characters. */
const LEAST_QUOTE = 8;
/** Of a longer text this much of its beginning is a quotation, too: errors cut short what they quote. */
const HEAD = 40;
/** So many texts are looked for, the longest ones of so many. */
const MAX_QUOTES = 200;
const MAX_TEXTS = 2_000;
const INSTEAD = '[content]';

/** What was said and given. What came out of a tool that failed is the error itself. */
const QUOTABLE: readonly Field[] = [
  'messages',
  'choices',
  'input',
  'system',
  'toolArguments',
  'query',
  'documents',
  'embeddingInput',
];
/** What stays by its own name is no quotation. */
const NAMES: readonly Field[] = ['requestModel', 'responseModel', 'toolName', 'toolCallId', 'agentName', 'opName'];

/** A span whose errors do not quote what was said in it: status message, exceptions, attributes about failures. */
export function withoutQuotes(span: Span, said: Partial<Reading>): Span {
  const places = [span.status.message, ...span.events.map(({ name }) => name), ...span.attributes.keys()];
  if (places.every((place, at) => (at === 0 ? place === '' : place !== 'exception' && !isError(place)))) return span;
  const quotes = quotesOf(said);
  if (quotes.length === 0) return span;
  const cut = (text: string) => quotes.reduce(withoutQuote, text);
  const bare = (attributes: Attributes, isAbout: (key: string) => boolean): Attributes =>
    new Map([...attributes].map(([key, value]): [string, Value] => [key, isAbout(key) ? inTexts(value, cut) : value]));
  return {
    ...span,
    attributes: bare(span.attributes, isError),
    events: span.events.map((event) =>
      event.name === 'exception' ? { ...event, attributes: bare(event.attributes, () => true) } : event,
    ),
    status: { ...span.status, message: cut(span.status.message) },
  };
}

function inTexts(value: Value, cut: (text: string) => string): Value {
  if (typeof value === 'string') return cut(value);
  if (value instanceof Map) return new Map([...(value as Attributes)].map(([key, one]) => [key, inTexts(one, cut)]));
  return Array.isArray(value) ? value.map((one: Value) => inTexts(one, cut)) : value;
}

/** A text of the content: as it was said, and where that is another as it stands in JSON. */
type Quote = readonly string[];

/** The texts of the content, longest first. */
function quotesOf(said: Partial<Reading>): readonly Quote[] {
  const names = new Set<unknown>(NAMES.map((field) => said[field]));
  const found = new Set<string>();
  let left = MAX_TEXTS;
  function gather(value: unknown, key: string): void {
    if (left <= 0 || isNamed(key)) return;
    if (typeof value === 'string') gatherText(value, key);
    else if (Array.isArray(value)) for (const one of value) gather(one, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) gather(one, name);
  }
  function gatherText(value: string, key: string): void {
    left -= 1;
    const inner = parseJson(value);
    const text = value.trim();
    if (inner !== undefined) gather(inner, key);
    else if (text.length >= LEAST_QUOTE && !names.has(text)) found.add(text);
  }
  for (const field of QUOTABLE) gather(said[field], '');
  const longest = [...found].sort((a, b) => b.length - a.length).slice(0, MAX_QUOTES);
  return longest.map((text) => [...new Set([text, JSON.stringify(text).slice(1, -1)])]);
}

const withoutQuote = (text: string, quote: Quote) =>
  quote.reduce((left, spelling) => withoutSpelling(left, spelling.slice(0, HEAD), quote), text);

function withoutSpelling(text: string, head: string, quote: Quote): string {
  let result = '';
  let from = 0;
  for (let at = text.indexOf(head); at !== -1; at = text.indexOf(head, from)) {
    result += text.slice(from, at) + INSTEAD;
    from = at + Math.max(head.length, ...quote.map((spelling) => alike(text, at, spelling)));
  }
  return result + text.slice(from);
}

/** How many characters of the text from there on are those of the other one. */
function alike(text: string, at: number, other: string): number {
  let length = 0;
  while (length < other.length && text.charCodeAt(at + length) === other.charCodeAt(length)) length += 1;
  return length;
}
