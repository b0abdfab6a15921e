import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, data, text, when } from '../rule.ts';
import { valueAt } from '../span-view.ts';

/** https://docs.koog.ai/opentelemetry-support: the graph around the model calls; these have the GenAI keys. */
export const koog: Convention = {
  name: 'koog',
  title: 'Koog',
  prefixes: ['koog.'],
  scopes: [/^ai\.koog/],
  rules: {
    kind: [when<Kind>(['koog.node.name'], (view) => valueAt(view, 'koog.node.name') !== undefined, 'task')],
    opName: [text('koog.node.name', 'koog.node.id')],
    displayName: [text('koog.node.name', 'koog.node.id')],
    input: [data('koog.node.input', decoded)],
    output: [data('koog.node.output', decoded)],
    agentName: [text('gen_ai.agent.name', 'koog.agent.strategy.name')],
  },
};
