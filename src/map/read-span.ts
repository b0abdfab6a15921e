import type { Layout } from './layout.ts';
import type { Field, Reading } from './reading.ts';
import type { SpanView } from './span-view.ts';

/** What was found in a span. */
export interface SpanReading {
  readonly reading: Partial<Reading>;
  /** For each attribute, by position, whether a rule has read it: the others are the call's left-over attributes. */
  readonly consumed: readonly boolean[];
}

/**
 * Fields of content: where one spelling of it was read, the others are not repeated as left-over attributes,
 * since a conversation sent in three shapes would be kept three times. `otel_dump` holds them all.
 */
const CONTENT: ReadonlySet<Field> = new Set<Field>([
  'messages',
  'choices',
  'input',
  'output',
  'system',
  'toolDefinitions',
  'toolArguments',
  'toolResult',
  'documents',
  'embeddingInput',
  'embeddingDimensions',
]);

/** Asks the rules of a layout, field by field; the first rule that finds something wins. */
export function readSpan(view: SpanView, layout: Layout): SpanReading {
  const reading: Partial<Record<Field, unknown>> = {};
  const consumed: boolean[] = new Array(layout.keys.length).fill(false);
  for (const { field, candidates } of layout.fields) {
    for (const candidate of candidates) {
      const found = candidate.rule.read(view);
      if (found === undefined) continue;
      reading[field] = found;
      for (const { reads } of CONTENT.has(field) ? candidates : [candidate])
        for (const position of reads) consumed[position] = true;
      break;
    }
  }
  return { reading: reading as Partial<Reading>, consumed };
}
