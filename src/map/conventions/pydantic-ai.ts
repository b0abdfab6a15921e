import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, type Rule, some, text } from '../rule.ts';
import { choicesInEvents, messagesInEvents } from './gen-ai-events.ts';

/** Spans of the formats before the third, which have no operation. Those of tools name their tool. */
const KINDS: Readonly<Record<string, Kind>> = {
  'agent run': 'agent',
  'running tools': 'task',
};

/** The run of an agent tells its whole conversation: the last word is the answer, all before it went in. */
function spoken(read: (value: unknown) => readonly SourceMessage[] | undefined, key: string) {
  const answerOf = (messages: readonly SourceMessage[]) => {
    const last = messages.at(-1);
    return last?.role === 'assistant' ? last : undefined;
  };
  return {
    messages: data(key, (value) => {
      const all = read(value) ?? [];
      return some(answerOf(all) ? all.slice(0, -1) : all);
    }),
    choices: data(key, (value) => {
      const answer = answerOf(read(value) ?? []);
      return answer && some(toChoices(answer));
    }),
  };
}

const all = spoken(toMessages, 'pydantic_ai.all_messages');
const allEvents = spoken(messagesInEvents, 'all_messages_events');

/** Tools as older formats have them, among all else that a request is made from. */
const requestTools: Rule<readonly unknown[]> = data('model_request_parameters', (parameters) => {
  const tools = isObject(parameters) ? [parameters['function_tools'], parameters['output_tools']] : [];
  return list(tools.flatMap((one) => (Array.isArray(one) ? one : [])));
});

/** `[[…], […]]`: one vector a text. */
const dimensions = (vectors: unknown) => {
  const first: unknown = Array.isArray(vectors) ? vectors[0] : undefined;
  return Array.isArray(first) ? first.length : undefined;
};

/** https://ai.pydantic.dev/logfire: six formats, from 3 on with the keys of GenAI. Keys without prefix are its own scope's. */
export const pydanticAi: Convention = {
  name: 'pydantic-ai',
  title: 'pydantic-ai',
  prefixes: ['pydantic_ai.', 'gen_ai.aggregated_usage.'],
  scopes: [/^pydantic-ai$/],
  rules: {
    kind: [
      custom<Kind>([], ({ span: { name } }) =>
        /^running \d+ tools?$/.test(name) ? 'task' : Object.hasOwn(KINDS, name) ? KINDS[name] : undefined,
      ),
    ],
    requestModel: [text('gen_ai.request.model', 'model_name')],
    messages: [all.messages, allEvents.messages, data('events', messagesInEvents)],
    choices: [all.choices, allEvents.choices, data('events', choicesInEvents)],
    output: [data('final_result', (result) => result)],
    toolDefinitions: [data('gen_ai.tool.definitions', list), requestTools],
    toolArguments: [data('tool_arguments', (given) => given)],
    toolResult: [data('tool_response', (result) => result)],
    embeddingInput: [data('inputs', (texts) => texts)],
    embeddingDimensions: [data('embeddings', dimensions)],
    agentName: [text('gen_ai.agent.name', 'agent_name')],
  },
};
