import type { Kind } from '../reading.ts';
import { type Convention, when } from '../rule.ts';
import { type SpanView, valueAt } from '../span-view.ts';

const has = (view: SpanView, key: string) => valueAt(view, key) !== undefined;
const hasTool = (view: SpanView) =>
  has(view, 'gen_ai.tool.call.id') || (has(view, 'gen_ai.tool.name') && !has(view, 'mcp.method.name'));
const MODELS = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'llm.model_name',
  'llm.request.model_name',
  'llm.model',
];
const hasModel = (view: SpanView) => MODELS.some((key) => has(view, key));
const hasIndexed = (view: SpanView, prefix: string) =>
  [...view.span.attributes.keys()].some((key) => key.startsWith(prefix));
const hasAgent = (view: SpanView) =>
  /^(invoke_agent|create_agent)\b/.test(view.span.name) && has(view, 'gen_ai.agent.name');

/** What GenAI's and OpenInference's keys give away of a span that no convention has a word for: asked last. */
export const genAiPresence: Convention = {
  name: 'gen_ai-presence',
  title: 'GenAI and OpenInference keys without an operation',
  prefixes: ['gen_ai.', 'llm.', 'embedding.embeddings.', 'retrieval.documents.'],
  rules: {
    kind: [
      when<Kind>(['gen_ai.tool.name', 'gen_ai.tool.call.id'], hasTool, 'tool'),
      when<Kind>(['gen_ai.agent.name'], hasAgent, 'agent'),
      when<Kind>(MODELS, hasModel, 'llm'),
      when<Kind>(['embedding.embeddings.*'], (view) => hasIndexed(view, 'embedding.embeddings.'), 'embedding'),
      when<Kind>(['retrieval.documents.*'], (view) => hasIndexed(view, 'retrieval.documents.'), 'retriever'),
    ],
  },
};
