import type { Attributes, Span, SpanEvent, Value } from '../core/span.ts';
import { mayBeJson, parseJson, plain } from './json-text.ts';

/**
 * A span as the rules see it: attributes with memory of what was parsed already.
 * The functions below are the only ways in which a rule reads a span.
 */
export interface SpanView {
  readonly span: Span;
  /** JSON that string attributes turned out to hold, by key; undefined where it was no JSON. */
  readonly parsed: Map<string, unknown>;
}

export function viewOf(span: Span): SpanView {
  return { span, parsed: new Map() };
}

/** Values that instrumentations write where they have nothing to say. */
const PLACEHOLDERS = new Set([
  '',
  '<not specified>',
  '<not serializable>',
  'N/A',
  '<REDACTED>',
  '__REDACTED__',
  '<replaced>',
  '<elided>',
]);

/** Long texts are not looked up: that would mean to hash them. */
const LONGEST_PLACEHOLDER = 20;

/** The attribute, unless it is absent, empty or a placeholder. */
export function valueAt(view: SpanView, key: string): Value | undefined {
  const value = view.span.attributes.get(key);
  if (value === undefined || value === null) return undefined;
  return isPlaceholder(value) ? undefined : value;
}

/** Whether a value stands for one that was not recorded. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_PLACEHOLDER && PLACEHOLDERS.has(value);
}

/** A non-empty text; a number or boolean as its text. */
export function textAt(view: SpanView, key: string): string | undefined {
  const value = valueAt(view, key);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** JSON held in a string attribute, or undefined. Parsed once. */
export function parsedAt(view: SpanView, key: string, text: string): unknown {
  if (!mayBeJson(text)) return undefined;
  const known = view.parsed.get(key);
  if (known !== undefined || view.parsed.has(key)) return known;
  const value = parseJson(text);
  view.parsed.set(key, value);
  return value;
}

/** The attribute as a plain value: JSON text parsed, kvlist as object, any other string as it is. */
export function dataAt(view: SpanView, key: string): unknown {
  const value = valueAt(view, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return plain(value);
  return parsedAt(view, key, value) ?? value;
}

/** A finite number, also from text. */
export function numberAt(view: SpanView, key: string): number | undefined {
  return toNumber(valueAt(view, key));
}

/** A token count: a whole number not below zero, whatever type it was sent as. */
export function countAt(view: SpanView, key: string): number | undefined {
  return toCount(valueAt(view, key));
}

export function toCount(value: unknown): number | undefined {
  const number = toNumber(value);
  return number === undefined || number < 0 || number > Number.MAX_SAFE_INTEGER ? undefined : Math.round(number);
}

function toNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : typeof value === 'bigint'
        ? Number(value)
        : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Events of that name, in order. */
export function eventsNamed(view: SpanView, name: string): readonly SpanEvent[] {
  return view.span.events.filter((event) => event.name === name);
}

/** An event's attribute as a plain value, JSON text parsed. */
export function eventData(attributes: Attributes, key: string): unknown {
  const value = attributes.get(key);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? (parseJson(value) ?? value) : plain(value);
}
