import { type FieldPath, parseFieldPath } from '../core/field-path.ts';
import type { Condition } from '../core/rule.ts';
import type { TraceId } from '../core/span.ts';

/** Evaluations whose traces are still remembered. */
const MAX_TRACES = 10_000;

/** Where the bridge notes in a call that a job rule has made it. */
export const MADE_BY_RULE = 'attributes.otel_weave_bridge.rule';
/** Where Weave's SDK marks the calls of an evaluation. */
const EVALUATION = 'attributes.weave.eval';

const exists = (field: FieldPath): Condition => ({ type: 'field', field, test: { operator: 'exists', value: true } });

/** Calls that no rule may see: else a judge would be judged, and an evaluation scored twice. */
export const EXCLUDED: Condition = {
  type: 'any',
  of: [MADE_BY_RULE, EVALUATION].flatMap((text) => parseFieldPath(text) ?? []).map(exists),
};

/** Remembers traces of which a call was excluded, so that their other calls are, too, as far as they come later. */
export function createExcludedTraces() {
  const traces = new Set<TraceId>();
  return {
    has: (trace: TraceId) => traces.has(trace),
    add(trace: TraceId) {
      traces.add(trace);
      const [oldest] = traces;
      if (traces.size > MAX_TRACES && oldest) traces.delete(oldest);
    },
  };
}
