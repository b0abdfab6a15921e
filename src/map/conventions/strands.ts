import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, events, number, type Rule } from '../rule.ts';
import { eventData, type SpanView, textAt, valueAt } from '../span-view.ts';
import { details } from './gen-ai-events.ts';

const CYCLES = ['agent_loop.cycle_id', 'event_loop.cycle_id'];

const operation = (view: SpanView) => textAt(view, 'gen_ai.operation.name');
const isCycle = (view: SpanView) =>
  operation(view) === undefined && CYCLES.some((key) => valueAt(view, key) !== undefined);

/** What an event of a tool's span says; on other spans the same events are messages. */
function ofTool(name: string, key: string): Rule<unknown> {
  const rule = events(name, ([event]) => event && eventData(event.attributes, key));
  return { keys: rule.keys, read: (view) => (operation(view) === 'execute_tool' ? rule.read(view) : undefined) };
}

/** In the newer form a tool's span has messages of one part: the call, and its response. */
const onlyPart =
  (type: string, ...members: readonly string[]) =>
  (messages: unknown) => {
    const message: unknown = Array.isArray(messages) ? messages[0] : undefined;
    const parts = isObject(message) && Array.isArray(message['parts']) ? message['parts'] : [];
    const part: unknown = parts.find((one) => isObject(one) && one['type'] === type);
    return isObject(part) ? members.map((member) => part[member]).find((value) => value !== undefined) : undefined;
  };

/** Bedrock's content of a result: a list of `{json}` and `{text}`. */
function resultOf(content: unknown): unknown {
  if (!Array.isArray(content) || content.length !== 1) return content;
  const [only] = content;
  return isObject(only) ? (only['json'] ?? only['text'] ?? content) : content;
}

function result(rule: Rule<unknown>): Rule<unknown> {
  return { keys: rule.keys, read: (view) => resultOf(rule.read(view)) };
}

const toolResults = [
  result(ofTool('gen_ai.choice', 'message')),
  result(details('gen_ai.output.messages', onlyPart('tool_call_response', 'response', 'result'))),
];

/** A cycle of the agent's loop ends with what the tools returned, for which a chat's answer has no place. */
const cycleOutput: Rule<unknown> = events('gen_ai.choice', ([event]) => {
  const results = event && eventData(event.attributes, 'tool.result');
  return results === undefined || !event
    ? undefined
    : { choices: toChoices(eventData(event.attributes, 'message')), tool_results: toMessages(results) };
});

const messagesOfCycle = details('gen_ai.output.messages', (messages) => ({ tool_results: toMessages(messages) }));
const newCycleOutput: Rule<unknown> = {
  keys: messagesOfCycle.keys,
  read: (view) => (isCycle(view) ? messagesOfCycle.read(view) : undefined),
};

function failure(view: SpanView): string | undefined {
  if (textAt(view, 'gen_ai.tool.status') !== 'error') return undefined;
  const said = toolResults.map((rule) => rule.read(view)).find((found) => found !== undefined);
  return typeof said === 'string' && said !== '' ? said : 'The tool returned an error';
}

/** Since it has the names of the GenAI conventions, Strands makes the counts inclusive itself; or else its total tells. */
const NEW_CACHE_COUNTS = ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'];

/**
 * Raw counts of Bedrock and Anthropic leave cached tokens out of the input; LiteLLM's model ids, which name
 * the provider before a slash, stand for counts as OpenAI has them.
 */
const inputExcludesCache = (view: SpanView) => {
  if (NEW_CACHE_COUNTS.some((key) => valueAt(view, key) !== undefined)) return undefined;
  const model = textAt(view, 'gen_ai.request.model') ?? '';
  return !model.includes('/') && /anthropic|claude|amazon\.|nova/.test(model) ? true : undefined;
};

/** https://strandsagents.com: GenAI events with Bedrock's content; its scope is the service's name where that is set. */
export const strands: Convention = {
  name: 'strands',
  title: 'Strands Agents',
  prefixes: ['gen_ai.event.', 'gen_ai.tool.status', 'event_loop.', 'agent_loop.'],
  scopes: [/^strands[.-]/],
  rules: {
    kind: [custom<Kind>(CYCLES, (view) => (isCycle(view) ? 'task' : undefined))],
    system: [data(['gen_ai.agent.system_prompt', 'system_prompt'], decoded)],
    // an empty list: the output is whole as it is
    choices: [custom(['event gen_ai.choice'], (view) => (cycleOutput.read(view) === undefined ? undefined : []))],
    output: [cycleOutput, newCycleOutput],
    toolArguments: [
      ofTool('gen_ai.tool.message', 'content'),
      details('gen_ai.input.messages', onlyPart('tool_call', 'arguments')),
    ],
    toolResult: toolResults,
    inputExcludesCache: [custom(['gen_ai.request.model', ...NEW_CACHE_COUNTS], inputExcludesCache)],
    timeToFirstTokenMs: [number('gen_ai.server.time_to_first_token')],
    failure: [custom(['gen_ai.tool.status'], failure)],
  },
};
