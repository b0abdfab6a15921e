import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, object, text } from '../rule.ts';
import { textAt, valueAt } from '../span-view.ts';

const KINDS: ReadonlySet<string> = new Set([
  'llm',
  'agent',
  'tool',
  'chain',
  'workflow',
  'task',
  'retriever',
  'reranker',
  'embedding',
  'guardrail',
  'evaluator',
]);

/** Keys with which an app speaks to Weave directly: https://docs.wandb.ai/weave/guides/tracking/otel */
export const wandb: Convention = {
  name: 'wandb',
  title: 'W&B Weave keys',
  prefixes: ['wandb.', 'weave.span.', 'wb_run_'],
  rules: {
    kind: [
      custom(['weave.span.kind'], (view) => {
        const said = textAt(view, 'weave.span.kind')?.toLowerCase();
        if (said === 'search') return 'retriever'; // the page's own word for it
        return said !== undefined && KINDS.has(said) ? (said as Kind) : undefined;
      }),
    ],
    displayName: [text('wandb.display_name')],
    threadId: [text('wandb.thread_id')],
    isTurn: [
      custom(['wandb.is_turn'], (view) => {
        const said = valueAt(view, 'wandb.is_turn');
        return said === undefined ? undefined : said !== false && said !== 0 && said !== 'false';
      }),
    ],
    // Weave refuses a run id that is a path or a ref.
    runId: [
      custom(['wandb.wb_run_id', 'wb_run_id'], (view) =>
        [textAt(view, 'wandb.wb_run_id'), textAt(view, 'wb_run_id')].find((id) => id !== undefined && !/[/:]/.test(id)),
      ),
    ],
    runStep: [count('wandb.wb_run_step', 'wb_run_step')],
    runStepEnd: [count('wandb.wb_run_step_end', 'wb_run_step_end')],
    extraAttributes: [data('wandb.attributes', object)],
  },
};
