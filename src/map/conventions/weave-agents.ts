import { toChoices } from '../chat/choices.ts';
import type { Choice } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { isConversation } from '../chat/recognise.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, gather, list, type Rule, some, text, texts, word } from '../rule.ts';
import { dataAt, textAt } from '../span-view.ts';
import { OPERATION_KINDS } from './gen-ai-kinds.ts';

const whole = (value: unknown) => value;

/** The model's thinking has a key of its own here; it belongs to the answer. */
const answer: Rule<readonly Choice[]> = custom(['weave.output.messages', 'weave.reasoning_content'], (view) => {
  const said = dataAt(view, 'weave.output.messages');
  const thought = textAt(view, 'weave.reasoning_content');
  const choices = isConversation(said) ? toChoices(said) : [];
  if (thought === undefined) return some(choices);
  if (choices.length === 0) return toChoices({ role: 'assistant', content: '', reasoning_content: thought });
  return choices.map((choice) => ({ ...choice, message: { reasoning_content: thought, ...choice.message } }));
});

/** The keys of Weave's agents endpoint, which stand before their GenAI names: `weave.request.model` for `gen_ai.request.model`. */
export const weaveAgents: Convention = {
  name: 'weave-agents',
  title: 'W&B Weave agent keys',
  prefixes: ['weave.'],
  rules: {
    kind: [word<Kind>('weave.operation.name', OPERATION_KINDS)],
    operation: [text('weave.operation.name')],
    requestModel: [text('weave.request.model')],
    responseModel: [text('weave.response.model')],
    responseId: [text('weave.response.id')],
    provider: [text('weave.provider.name', 'weave.system')],
    parameters: [
      gather({
        'weave.request.temperature': 'temperature',
        'weave.request.top_p': 'top_p',
        'weave.request.top_k': 'top_k',
        'weave.request.max_tokens': 'max_tokens',
        'weave.request.frequency_penalty': 'frequency_penalty',
        'weave.request.presence_penalty': 'presence_penalty',
        'weave.request.seed': 'seed',
        'weave.request.stop_sequences': 'stop',
        'weave.request.choice.count': 'n',
      }),
    ],
    system: [data('weave.system_instructions', whole)],
    messages: [data('weave.input.messages', (value) => (isConversation(value) ? some(toMessages(value)) : undefined))],
    choices: [answer],
    finishReasons: [data('weave.response.finish_reasons', texts)],
    toolDefinitions: [data('weave.tool.definitions', list)],
    toolName: [text('weave.tool.name')],
    toolCallId: [text('weave.tool.call.id')],
    toolDescription: [text('weave.tool.description')],
    toolArguments: [data('weave.tool.call.arguments', whole)],
    toolResult: [data('weave.tool.call.result', whole)],
    query: [text('weave.retrieval.query.text')],
    inputTokens: [count('weave.usage.input_tokens')],
    outputTokens: [count('weave.usage.output_tokens')],
    reasoningTokens: [count('weave.usage.reasoning_tokens')],
    cacheReadTokens: [count('weave.usage.cache_read.input_tokens')],
    cacheWriteTokens: [count('weave.usage.cache_creation.input_tokens')],
    agentName: [text('weave.agent.name')],
    agentId: [text('weave.agent.id')],
    threadId: [text('weave.conversation.id')],
  },
};
