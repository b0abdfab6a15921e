import { toChoices } from '../chat/choices.ts';
import { isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import type { Kind, Reading } from '../reading.ts';
import { type Convention, custom, data, list, seconds, some, text } from '../rule.ts';
import { dataAt, type SpanView, textAt, valueAt } from '../span-view.ts';

/** Span names that say more than their attributes: a span that speaks or listens names a model too. */
const KINDS: Readonly<Record<string, Kind>> = {
  agent_session: 'workflow',
  agent_turn: 'agent',
  start_agent_activity: 'agent',
  llm_node: 'llm',
  llm_request: 'llm',
  realtime_inference: 'llm',
  function_tool: 'tool',
  user_turn: 'chain',
  tts_node: 'chain',
  tts_request: 'chain',
  llm_request_run: 'chain',
  tts_request_run: 'chain',
};

/** Newer releases mark content as personal: `lk.pii.chat_ctx` was `lk.chat_ctx`. */
const either = (name: string) => [`lk.pii.${name}`, `lk.${name}`];
const textOfEither = (view: SpanView, name: string) => textAt(view, `lk.pii.${name}`) ?? textAt(view, `lk.${name}`);

/** Items of a chat context: messages, tool calls and their outputs, and business of LiveKit's own between them. */
const SPOKEN = new Set(['message', 'function_call', 'function_call_output']);
function contextMessages(context: unknown): readonly SourceMessage[] | undefined {
  const items = isObject(context) ? context['items'] : context;
  if (!Array.isArray(items)) return undefined;
  return some(toMessages(items.filter((item) => isObject(item) && SPOKEN.has(textOf(item, 'type') ?? 'message'))));
}

const ANSWER = [...either('response.text'), ...either('response.function_calls')];

/** Text and tool calls of one answer are attributes of their own. */
function answer(view: SpanView): Reading['choices'] | undefined {
  const said = textOfEither(view, 'response.text');
  const calls = list(dataAt(view, 'lk.pii.response.function_calls') ?? dataAt(view, 'lk.response.function_calls'));
  if (said === undefined && calls === undefined) return undefined;
  return some(toChoices({ role: 'assistant', content: said ?? null, tool_calls: calls }));
}

function toolFailure(view: SpanView): string | undefined {
  const said = valueAt(view, 'lk.function_tool.is_error');
  return said === true || said === 'true'
    ? (textOfEither(view, 'function_tool.output') ?? 'The tool reported an error')
    : undefined;
}

/** https://docs.livekit.io/agents: its own keys beside those of GenAI. */
export const livekit: Convention = {
  name: 'livekit',
  title: 'LiveKit Agents',
  prefixes: ['lk.'],
  scopes: [/^livekit-agents$/],
  rules: {
    kind: [custom([], ({ span: { name } }) => (Object.hasOwn(KINDS, name) ? KINDS[name] : undefined))],
    system: [text(...either('instructions'))],
    messages: [
      data('gen_ai.input.messages', (messages) => some(toMessages(messages))),
      data(either('chat_ctx'), contextMessages),
      data(either('user_input'), (said) => some(toMessages(said))),
    ],
    choices: [data('gen_ai.output.messages', (messages) => some(toChoices(messages))), custom(ANSWER, answer)],
    input: [text(...either('input_text'), ...either('user_transcript'))],
    toolDefinitions: [data(['gen_ai.tool.definitions', 'lk.function_tools'], list)],
    toolName: [text('lk.function_tool.name')],
    toolCallId: [text('lk.function_tool.id')],
    toolArguments: [data(['gen_ai.tool.call.arguments', ...either('function_tool.arguments')], (given) => given)],
    toolResult: [data(['gen_ai.tool.call.result', ...either('function_tool.output')], (result) => result)],
    timeToFirstTokenMs: [seconds('lk.response.ttft')],
    agentName: [text('lk.agent_name', 'lk.agent_label')],
    userId: [text('lk.pii.participant_identity', 'lk.participant_identity')],
    threadId: [text('gen_ai.conversation.id', 'lk.room_sid')],
    isTurn: [custom([], ({ span: { name } }) => name === 'agent_turn')],
    failure: [custom(['lk.function_tool.is_error', ...either('function_tool.output')], toolFailure)],
  },
};
