import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, text, texts, word } from '../rule.ts';
import type { SpanView } from '../span-view.ts';

/** Operations of Semantic Kernel and Microsoft.Extensions.AI that the GenAI conventions do not have. */
const OPERATIONS: Readonly<Record<string, Kind>> = {
  'chat.completions': 'llm',
  chat_completion: 'llm',
  'text.completions': 'llm',
  orchestrate_tools: 'chain',
};

/** Agent Framework's spans around the model calls, by the first word of their names. */
const STEPS: Readonly<Record<string, Kind>> = {
  'workflow.run': 'workflow',
  'workflow.build': 'task',
  'executor.process': 'task',
  'edge_group.process': 'task',
  'message.send': 'task',
};

const step = ({ span }: SpanView) => span.name.split(' ')[0] ?? '';
const stepKind = (view: SpanView) => (Object.hasOwn(STEPS, step(view)) ? STEPS[step(view)] : undefined);

/** Agent Framework, Microsoft.Extensions.AI, Semantic Kernel and AutoGen: what they say beside the GenAI keys. */
export const microsoft: Convention = {
  name: 'microsoft',
  title: 'Microsoft Agent Framework, Extensions.AI, Semantic Kernel, AutoGen',
  prefixes: ['sk.available_functions', 'agent_framework.', 'microsoft.'],
  scopes: [/^agent_framework/, /Microsoft\.(Extensions\.AI|SemanticKernel|Agents)/, /^autogen/],
  rules: {
    kind: [word('gen_ai.operation.name', OPERATIONS), custom([], stepKind)],
    opName: [custom([], (view) => (stepKind(view) ? step(view) : undefined))],
    displayName: [custom([], (view) => (stepKind(view) ? view.span.name : undefined))],
    toolDefinitions: [data('sk.available_functions', texts)],
    input: [data(['executor.input', 'workflow.input'], (value) => value)],
    output: [data(['executor.output', 'workflow.output'], (value) => value)],
    inputTokens: [count('gen_ai.usage.input_tokens', 'gen_ai.response.prompt_tokens')],
    outputTokens: [count('gen_ai.usage.output_tokens', 'gen_ai.response.completion_tokens')],
    finishReasons: [data(['gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason'], texts)],
    agentName: [text('gen_ai.agent.name')],
    threadId: [text('session.id', 'gen_ai.conversation.id', 'microsoft.session.id')],
  },
};
