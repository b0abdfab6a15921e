import type { SpanEvent } from '../../core/span.ts';
import { textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Field, Kind, Reading } from '../reading.ts';
import { type Convention, custom, list, type Rule, some, text } from '../rule.ts';
import { eventData, type SpanView, textAt } from '../span-view.ts';
import { countIn } from '../token-counts.ts';
import { answer, message, usage } from './llama-index-events.ts';

const ASKED = ['LLMChatStartEvent', 'LLMCompletionStartEvent'];
const ANSWERED = ['LLMChatEndEvent', 'LLMCompletionEndEvent'];
const STEPS = ['step.output', 'workflow.output'];

/** What the first of these events says that says something. */
function of<T>(names: readonly string[], read: (event: SpanEvent) => T | undefined): Rule<T> {
  return custom(
    names.map((name) => `event ${name}`),
    ({ span }) => {
      for (const event of span.events) {
        const found = names.includes(event.name) ? read(event) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    },
  );
}

const textIn = (key: string) => (event: SpanEvent) =>
  textOf({ value: eventData(event.attributes, key) ?? undefined }, 'value');
const counted = (field: Extract<Field, `${string}Tokens`>) => [of(ANSWERED, (event) => countIn(usage(event), field))];

const BY_EVENT: readonly (readonly [Kind, readonly string[]])[] = [
  ['llm', ASKED],
  ['embedding', ['EmbeddingStartEvent']],
  ['retriever', ['RetrievalStartEvent']],
];
const BY_NAME: readonly (readonly [RegExp, Kind])[] = [
  [/Tool\.a?call$/, 'tool'],
  [/Agent\.run$/, 'agent'],
  [/Agent\.\w+$/, 'task'],
];
const kindByName = ({ span }: SpanView) => BY_NAME.find(([name]) => name.test(span.name))?.[1];

const SUMMARY = 'llamaindex.step.input_summary';
/** What a step was given stands there as Python prints it: `ToolCall(tool_name='f', tool_kwargs={…}, tool_id='c1')`. */
const inToolCall = (pattern: RegExp) =>
  custom([SUMMARY], (view) =>
    kindByName(view) === 'tool' ? pattern.exec(textAt(view, SUMMARY) ?? '')?.[1] : undefined,
  );

function conversation(event: SpanEvent): Reading['messages'] | undefined {
  const messages = eventData(event.attributes, 'messages');
  if (Array.isArray(messages)) return some(toMessages(messages.map(message)));
  return some(toMessages(eventData(event.attributes, 'prompt')));
}

/** https://pypi.org/project/llama-index-observability-otel: LlamaIndex's own events on spans named after its methods. */
export const llamaIndex: Convention = {
  name: 'llama-index',
  title: 'LlamaIndex (its own OpenTelemetry)',
  prefixes: ['llamaindex.'],
  scopes: [/^llamaindex\.opentelemetry/],
  rules: {
    // spans are named after methods, and have no attributes of their own
    kind: [...BY_EVENT.map(([kind, names]) => of(names, () => kind)), custom([], kindByName)],
    messages: [of(ASKED, conversation)],
    toolDefinitions: [of(ASKED, (event) => list(eventData(event.attributes, 'additional_kwargs.tools')))],
    choices: [of(ANSWERED, answer)],
    requestModel: [of(ASKED, (event) => textIn('model_dict.model_name')(event) ?? textIn('model_dict.model')(event))],
    responseModel: [of(ANSWERED, textIn('response.raw.model'))],
    responseId: [of(ANSWERED, textIn('response.raw.id'))],
    inputTokens: counted('inputTokens'),
    outputTokens: counted('outputTokens'),
    totalTokens: counted('totalTokens'),
    cacheReadTokens: counted('cacheReadTokens'),
    cacheWriteTokens: counted('cacheWriteTokens'),
    reasoningTokens: counted('reasoningTokens'),
    toolName: [inToolCall(/tool_name='([^']+)'/)],
    toolCallId: [inToolCall(/tool_id='([^']+)'/)],
    toolArguments: [inToolCall(/tool_kwargs=(\{.*\}), tool_id=/)],
    query: [of(['RetrievalStartEvent'], textIn('str_or_query_bundle'))],
    input: [text(SUMMARY)],
    output: [of(STEPS, textIn('output'))],
  },
};
