import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, gather, some, text, word } from '../rule.ts';
import { textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  agent: 'agent',
  llm: 'llm',
  tool: 'tool',
  memory: 'task',
  retriever: 'retriever',
  embedding: 'embedding',
  vector: 'retriever',
};

/** https://voltagent.dev: keys without a namespace, so only taken where its own stand beside them. */
export const voltAgent: Convention = {
  name: 'voltagent',
  title: 'VoltAgent',
  prefixes: ['voltagent.', 'agent.messages', 'llm.messages', 'entity.type'],
  scopes: [/^@?voltagent/],
  rules: {
    // below an agent all spans say `entity.type` agent: what they are themselves comes first
    kind: [word('span.type', KINDS), word('entity.type', KINDS)],
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
      }),
    ],
    system: [text('agent.instructions')],
    messages: [data(['llm.messages', 'agent.messages'], (value) => some(toMessages(value)))],
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
    agentName: [
      custom(['entity.name', 'entity.type'], (view) =>
        textAt(view, 'entity.type') === 'agent' ? textAt(view, 'entity.name') : undefined,
      ),
    ],
    agentId: [text('entity.id')],
    userId: [text('user.id', 'voltagent.user_id')],
    threadId: [text('voltagent.conversation_id', 'conversation.id')],
  },
};
