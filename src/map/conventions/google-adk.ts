import { requestRules } from '../bodies.ts';
import { toChoices } from '../chat/choices.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, object, some, text } from '../rule.ts';
import { countIn, tokenRules } from '../token-counts.ts';

const REQUEST = 'gcp.vertex.agent.llm_request';
const RESPONSE = 'gcp.vertex.agent.llm_response';

/** Spans that say what they are by their names alone; those of tools, agents and nodes have an operation. */
const KINDS: Readonly<Record<string, Kind>> = {
  invocation: 'chain',
  call_llm: 'llm',
  send_data: 'task',
};
const TOOL_RUN = /^execute_tool (.+)$/;
const AGENT_RUN = /^agent_run \[(.+)\]$/;

/** The Python package writes members in snake_case, the JavaScript one in camelCase. */
const usageIn = (response: unknown) =>
  isObject(response) ? (response['usageMetadata'] ?? response['usage_metadata']) : undefined;

/** Gemini's candidates leave thoughts out. */
function outputTokens(response: unknown): number | undefined {
  const usage = usageIn(response);
  const answer = countIn(usage, 'outputTokens');
  return answer === undefined ? undefined : answer + (countIn(usage, 'reasoningTokens') ?? 0);
}

function failure(response: unknown): string | undefined {
  if (!isObject(response)) return undefined;
  const said = [textOf(response, 'errorCode', 'error_code'), textOf(response, 'errorMessage', 'error_message')];
  return said.filter((one) => one !== undefined).join(': ') || undefined;
}

const hasContent = (response: unknown): response is Json => isObject(response) && isObject(response['content']);

/** https://github.com/google/adk-python and adk-js: whole requests and responses of Gemini as JSON. Without capture they are `{}`. */
export const googleAdk: Convention = {
  name: 'google-adk',
  title: 'Google ADK',
  prefixes: ['gcp.vertex.agent.'],
  scopes: [/^gcp\.vertex\.agent$/],
  rules: {
    kind: [
      custom([], ({ span: { name } }) =>
        AGENT_RUN.test(name)
          ? 'agent'
          : TOOL_RUN.test(name) // one that throws has no attributes
            ? 'tool'
            : Object.hasOwn(KINDS, name)
              ? KINDS[name]
              : undefined,
      ),
    ],
    ...requestRules(REQUEST),
    messages: [data(REQUEST, (request) => some(toMessages(request)))],
    choices: [data(RESPONSE, (response) => (hasContent(response) ? some(toChoices(response)) : undefined))],
    ...tokenRules(RESPONSE, usageIn),
    outputTokens: [data(RESPONSE, outputTokens)],
    responseModel: [
      data(RESPONSE, (response) =>
        isObject(response) ? textOf(response, 'modelVersion', 'model_version') : undefined,
      ),
    ],
    input: [data('gcp.vertex.agent.data', (sent) => (Array.isArray(sent) ? sent : object(sent)))],
    toolArguments: [data('gcp.vertex.agent.tool_call_args', object)],
    toolResult: [data('gcp.vertex.agent.tool_response', (result) => (isObject(result) ? object(result) : result))],
    toolName: [custom([], ({ span }) => TOOL_RUN.exec(span.name)?.[1])],
    agentName: [custom([], ({ span }) => AGENT_RUN.exec(span.name)?.[1])],
    threadId: [text('gen_ai.conversation.id', 'gcp.vertex.agent.session_id')],
    // every span names the session: only the invocation opens a turn, or the outermost agent where it says nothing
    isTurn: [custom([], ({ span }) => (span.name === 'invocation' ? true : undefined))],
    failure: [data(RESPONSE, failure)],
  },
};
