import { type FieldPath, parseFieldPath } from '../core/field-path.ts';
import type { Condition } from '../core/rule.ts';
import type { TraceId } from '../core/span.ts';

/** Evaluations whose traces are still remembered. */
const MAX_TRACES = 10_000;

function exists(text: string): Condition {
  const field: FieldPath = parseFieldPath(text) ?? { text, keys: [text] };
  return { type: 'field', field, test: { operator: 'exists', value: true } };
}

/** Calls that a job rule has made (see rerun.ts): else a judge would be judged. */
export const MADE_BY_RULE = exists('attributes.otel_weave_bridge.rule');

/** Calls of an evaluation, as Weave's SDK marks them: they have scores of their own. Nor are the others of their trace picked. */
export const EVALUATION = exists('attributes.weave.eval');

/** Remembers evaluations, for calls of theirs that come later. */
export function createEvaluations() {
  const traces = new Set<TraceId>();
  return {
    has: (trace: TraceId) => traces.size > 0 && traces.has(trace),
    add(trace: TraceId) {
      traces.add(trace);
      const [oldest] = traces;
      if (traces.size > MAX_TRACES && oldest) traces.delete(oldest);
    },
  };
}
