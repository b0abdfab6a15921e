import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { below, type Convention, custom, data, text, texts, word } from '../rule.ts';
import { numberAt, textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  LLM: 'llm',
  CACHED: 'llm',
  TOOL: 'tool',
  EXECUTOR: 'task',
  EVALUATOR: 'evaluator',
  HUMAN_EVALUATOR: 'evaluator',
  EVALUATION: 'chain',
};

/** https://docs.lmnr.ai: Laminar's SDKs. */
export const laminar: Convention = {
  name: 'laminar',
  title: 'Laminar',
  prefixes: ['lmnr.'],
  rules: {
    kind: [word('lmnr.span.type', KINDS)],
    input: [data('lmnr.span.input', decoded)],
    output: [data('lmnr.span.output', decoded)],
    toolName: [
      custom(['lmnr.span.type'], (view) => (textAt(view, 'lmnr.span.type') === 'TOOL' ? view.span.name : undefined)),
    ],
    cost: [
      custom(['gen_ai.usage.cost', 'gen_ai.usage.input_cost', 'gen_ai.usage.output_cost'], (view) => {
        const input = numberAt(view, 'gen_ai.usage.input_cost');
        const output = numberAt(view, 'gen_ai.usage.output_cost');
        const parts = input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
        return numberAt(view, 'gen_ai.usage.cost') ?? parts;
      }),
    ],
    userId: [text('lmnr.association.properties.user_id', 'user.id')],
    threadId: [text('lmnr.association.properties.session_id', 'session.id')],
    tags: [data(['lmnr.association.properties.tags', 'lmnr.association.properties.labels'], texts)],
    metadata: [below('lmnr.association.properties.metadata.')],
  },
};
