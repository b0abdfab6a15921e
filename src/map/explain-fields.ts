import { parseFieldPath, valuesAt } from '../core/field-path.ts';
import { type SpanEvent, STATUS_ERROR } from '../core/span.ts';
import { CALL_FIELDS } from './call-fields.ts';
import type { Candidate, Layout } from './layout.ts';
import type { Field, Reading } from './reading.ts';
import { isPlaceholder, type SpanView, viewOf } from './span-view.ts';

/** Where a field of the call comes from. */
export interface ExplainedField {
  /** The place in the call: `inputs.messages`, `summary.usage.*.input_tokens`. */
  readonly callField: string;
  /** Undefined where it comes from the span itself, whatever its convention. */
  readonly convention: string | undefined;
  /** The attributes, events and log records that say so. */
  readonly from: readonly string[];
}

/** A call read back from its JSON. */
export type CallJson = Readonly<Record<string, unknown>>;

/** A span as it is explained: which of its events came as log records. */
export interface ReadView {
  readonly view: SpanView;
  readonly layout: Layout;
  readonly reading: Partial<Reading>;
  readonly logEvents: ReadonlySet<SpanEvent>;
}

const FIELDS = Object.keys(CALL_FIELDS) as Field[];

/** For each field of the call, in the order of CALL_FIELDS, what the rule that won has read. */
export function explainFields(found: ReadView, call: CallJson): readonly ExplainedField[] {
  const { layout, reading } = found;
  const byField = new Map(layout.fields.map(({ field, candidates }) => [field, candidates]));
  const fromRules = FIELDS.flatMap((field): readonly ExplainedField[] => {
    const callField = placesOf(field, call);
    if (callField === '' || isUnused(field, reading)) return [];
    const winner = byField.get(field)?.find(({ rule }) => rule.read(viewOf(found.view.span)) !== undefined);
    return winner ? [{ callField, convention: winner.convention.name, from: sourcesOf(winner, found) }] : [];
  });
  return [...fromSpan(found, call), ...fromRules];
}

/** What is in the call though no rule has found it. */
function fromSpan({ view: { span }, reading }: ReadView, call: CallJson): readonly ExplainedField[] {
  const { kind, opName, toolName, displayName, agentName, failure } = reading;
  const fields: ExplainedField[] = [];
  const add = (callField: string, from: string) => fields.push({ callField, convention: undefined, from: [from] });
  const isTool = kind === 'tool' && toolName !== undefined;
  if ((opName ?? (isTool || undefined)) === undefined) add('op_name', 'span name');
  if ((displayName ?? (isTool || (kind === 'agent' && agentName) || undefined)) === undefined)
    add('display_name', 'span name');
  if (call['exception'] !== undefined && failure === undefined) {
    const hasEvent = span.events.some(({ name }) => name === 'exception');
    const isSaid = span.status.code === STATUS_ERROR && span.status.message.trim() !== '';
    add('exception', hasEvent ? 'event exception' : isSaid ? 'status message' : 'status, error.*');
  }
  return fields;
}

/**
 * Those of the field's places that this call has: `output.choices[].finish_reason` without choices is none.
 * Tokens that are counted elsewhere stand among the attributes.
 */
function placesOf(field: Field, call: CallJson): string {
  const has = (place: string) => {
    const path = parseFieldPath(place.replace(/ \(.*\)$/, '').replaceAll('[]', '.*'));
    return path !== undefined && valuesAt(call, path).some((value) => value !== undefined && value !== null);
  };
  const repeated = (place: string) => place.replace(/^summary\.usage/, 'attributes.usage_repeated');
  const places = CALL_FIELDS[field].split(', ').flatMap((place) => [place, repeated(place)]);
  return [...new Set(places)].filter(has).join(', ');
}

function sourcesOf({ rule, reads }: Candidate, { view, layout, logEvents }: ReadView): readonly string[] {
  const keys = reads.map((position) => layout.keys[position] ?? '');
  const touched = keysTouched(rule, view, keys);
  const events = view.span.events.filter(({ name }) => rule.keys.includes(`event ${name}`));
  const named = events.map((event) => `${logEvents.has(event) ? 'log record' : 'event'} ${event.name}`);
  return [...(touched.length > 0 ? touched : keys), ...new Set(named)];
}

/** Of several spellings the one that was used: a rule asks for one after the other, and stops where it finds something. */
function keysTouched(rule: Candidate['rule'], { span }: SpanView, keys: readonly string[]): readonly string[] {
  const touched = new Set<string>();
  const attributes = new Map(span.attributes);
  const get = attributes.get.bind(attributes);
  attributes.get = (key) => {
    touched.add(key);
    return get(key);
  };
  rule.read(viewOf({ ...span, attributes }));
  return keys.filter((key) => touched.has(key) && !isPlaceholder(get(key)));
}

/** Found, but of no use for a call of this kind: another field says the same better. */
function isUnused(field: Field, reading: Partial<Reading>): boolean {
  const { kind, messages, choices, toolArguments, toolResult, query, documents } = reading;
  const isSearch = kind === 'retriever' || kind === 'reranker';
  switch (field) {
    case 'toolName':
    case 'toolArguments':
    case 'toolResult':
      return kind !== 'tool';
    case 'query':
    case 'documents':
      return !isSearch;
    case 'input':
      return (kind === 'tool' ? toolArguments : isSearch ? query : messages) !== undefined;
    case 'output':
      return (kind === 'tool' ? toolResult : isSearch ? documents : choices) !== undefined;
    case 'inputExcludesCache':
    case 'notCounted':
    case 'standsIn':
      return reading[field] !== true;
    default:
      return false;
  }
}
