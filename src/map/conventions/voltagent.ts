import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, gather, some, text, texts, when, word } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  agent: 'agent',
  llm: 'llm',
  tool: 'tool',
  memory: 'task',
  retriever: 'retriever',
  embedding: 'embedding',
  vector: 'retriever',
  workflow: 'workflow',
  'workflow-step': 'task',
  guardrail: 'guardrail',
};

/** An agent's model span: `llm:generateText`. */
const isStepOfAgent = (view: SpanView) =>
  textAt(view, 'span.type') === 'llm' && textAt(view, 'entity.type') === 'agent' && view.span.name.startsWith('llm:');

/** https://voltagent.dev: keys without a namespace, so only taken where its own stand beside them. */
export const voltAgent: Convention = {
  name: 'voltagent',
  title: 'VoltAgent',
  prefixes: ['voltagent.', 'agent.messages', 'llm.messages', 'entity.type'],
  scopes: [/^@?voltagent/],
  rules: {
    // below an agent all spans say `entity.type` agent: what they are themselves comes first
    kind: [word('span.type', KINDS), word('entity.type', KINDS)],
    opName: [custom(['workflow.step.name'], (view) => textAt(view, 'workflow.step.name'))],
    displayName: [text('span.label', 'voltagent.label')],
    operation: [text('llm.operation')],
    requestModel: [text('ai.model.name', 'llm.model')],
    parameters: [
      gather({
        'ai.model.temperature': 'temperature',
        'ai.model.max_tokens': 'max_tokens',
        'ai.model.top_p': 'top_p',
        'ai.model.top_k': 'top_k',
        'ai.model.frequency_penalty': 'frequency_penalty',
        'ai.model.presence_penalty': 'presence_penalty',
        'ai.model.stop_sequences': 'stop',
        'ai.model.seed': 'seed',
        'ai.model.max_retries': 'max_retries',
        'ai.model.max_steps': 'max_steps',
        'llm.temperature': 'temperature',
        'llm.max_output_tokens': 'max_tokens',
        'llm.top_p': 'top_p',
        'llm.top_k': 'top_k',
        'llm.frequency_penalty': 'frequency_penalty',
        'llm.presence_penalty': 'presence_penalty',
        'llm.stop_sequences': 'stop',
        'llm.seed': 'seed',
        'llm.stream': 'stream',
      }),
    ],
    system: [text('agent.instructions')],
    messages: [data(['llm.messages', 'agent.messages', 'agent.messages.ui'], (value) => some(toMessages(value)))],
    finishReasons: [data(['ai.response.finish_reason', 'llm.finish_reason'], texts)],
    input: [data('input', (value) => value)],
    output: [data('output', (value) => value)],
    toolName: [text('tool.name')],
    toolCallId: [text('tool.call.id')],
    toolArguments: [data(['tool.arguments', 'input'], (value) => value)],
    toolResult: [data(['tool.result', 'output'], (value) => value)],
    inputTokens: [count('llm.usage.prompt_tokens', 'usage.prompt_tokens')],
    outputTokens: [count('llm.usage.completion_tokens', 'usage.completion_tokens')],
    totalTokens: [count('llm.usage.total_tokens', 'usage.total_tokens')],
    cacheReadTokens: [count('llm.usage.cached_tokens', 'usage.cached_tokens')],
    reasoningTokens: [count('llm.usage.reasoning_tokens', 'usage.reasoning_tokens')],
    // one span stands for all steps of an agent and states the last one: the agent has the sum, where it comes to its end
    standsIn: [when([], isStepOfAgent, true)],
    agentName: [
      text('subagent.name'),
      custom(['entity.name', 'entity.type'], (view) =>
        textAt(view, 'entity.type') === 'agent' ? textAt(view, 'entity.name') : undefined,
      ),
    ],
    agentId: [text('entity.id')],
    userId: [text('user.id', 'voltagent.user_id')],
    threadId: [text('voltagent.conversation_id', 'conversation.id')],
  },
};
