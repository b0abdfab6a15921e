import type { Kind } from '../reading.ts';
import { type Convention, when } from '../rule.ts';
import { type SpanView, valueAt } from '../span-view.ts';

const has = (view: SpanView, key: string) => valueAt(view, key) !== undefined;
const hasTool = (view: SpanView) =>
  has(view, 'gen_ai.tool.call.id') || (has(view, 'gen_ai.tool.name') && !has(view, 'mcp.method.name'));
const hasModel = (view: SpanView) => has(view, 'gen_ai.request.model') || has(view, 'gen_ai.response.model');
const hasAgent = (view: SpanView) =>
  /^(invoke_agent|create_agent)\b/.test(view.span.name) && has(view, 'gen_ai.agent.name');

/** What GenAI keys give away of a span that no convention has a word for: asked last. */
export const genAiPresence: Convention = {
  name: 'gen_ai-presence',
  title: 'GenAI keys without an operation',
  prefixes: ['gen_ai.'],
  rules: {
    kind: [
      when<Kind>(['gen_ai.tool.name', 'gen_ai.tool.call.id'], hasTool, 'tool'),
      when<Kind>(['gen_ai.agent.name'], hasAgent, 'agent'),
      when<Kind>(['gen_ai.request.model', 'gen_ai.response.model'], hasModel, 'llm'),
    ],
  },
};
