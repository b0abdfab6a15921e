import type { CallJson } from './spans.ts';

/**
 * The rules by which Weave's page takes a call for a chat (its ChatView, order: Mistral by the model's name, then OpenAI).
 * Returns what is wrong, so that a test says which rule failed; nothing where the page shows a conversation.
 */
export function noChatBecause({ inputs, output }: CallJson): string | undefined {
  // with the span's dump beside it, the page would take these for something else
  if (PAGE_INPUTS.some((key) => key in inputs)) return `inputs have one of ${PAGE_INPUTS.join()}`;
  if (isObject(output) && PAGE_OUTPUTS.some((key) => key in output)) return `output has one of ${PAGE_OUTPUTS.join()}`;
  if (output !== null && typeof output !== 'object') return 'the output is a bare value';
  if (!Array.isArray(inputs['messages'])) return 'no list of messages';
  const wrong = inputs['messages'].map(wrongMessage).find((reason) => reason !== undefined);
  if (wrong !== undefined) return wrong;
  if (!/mistral/i.test(String(inputs['model']))) return undefined;
  return output === null || isMistralResponse(output) ? undefined : 'no whole response of Mistral';
}

const PAGE_INPUTS = [
  'input',
  'ai.prompt',
  'gen_ai.prompt',
  'input.value',
  'mlflow.spanInputs',
  'traceloop.entity.input',
];
const PAGE_OUTPUTS = ['output', 'ai.response', 'gen_ai.completion', 'output.value', 'mlflow.spanOutputs'];

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string';

function wrongMessage(message: unknown): string | undefined {
  if (!isObject(message) || !isText(message['role'])) return 'a message without a role';
  const { content, tool_calls: calls } = message;
  if (!('content' in message) && !('tool_calls' in message)) return 'a message without content or tool calls';
  const isContent = content === undefined || content === null || isText(content);
  if (!isContent && !(Array.isArray(content) && content.every(isPart))) return `content ${JSON.stringify(content)}`;
  if (calls === undefined || calls === null) return undefined;
  return Array.isArray(calls) && calls.every(isCall) ? undefined : `tool calls ${JSON.stringify(calls)}`;
}

function isPart(part: unknown): boolean {
  if (isText(part)) return true;
  if (!isObject(part) || !isText(part['type'])) return false;
  if (isText(part['name'])) return !('default' in part) || isText(part['default']);
  switch (part['type']) {
    case 'text':
      return isText(part['text']);
    case 'image_url':
      return isObject(part['image_url']) && isText(part['image_url']['url']);
    case 'tool_result':
      return isText(part['tool_use_id']);
    default:
      return false;
  }
}

function isCall(call: unknown): boolean {
  if (!isObject(call) || !isText(call['id']) || !isText(call['type']) || !isObject(call['function'])) return false;
  return isText(call['function']['name']) && isText(call['function']['arguments']);
}

function isMistralResponse(output: unknown): boolean {
  if (!isObject(output)) return false;
  const { id, object, created, model, choices, usage } = output;
  const isUsage =
    isObject(usage) && [usage['prompt_tokens'], usage['completion_tokens'], usage['total_tokens']].every(isNumber);
  const isWhole = object === 'chat.completion' ? isUsage : object === 'chat.completion.chunk';
  const isChoice = (one: unknown) =>
    isObject(one) && isNumber(one['index']) && 'finish_reason' in one && wrongMessage(one['message']) === undefined;
  return (
    isText(id) &&
    isWhole &&
    isNumber(created) &&
    /mistral/i.test(String(model)) &&
    Array.isArray(choices) &&
    choices.every(isChoice)
  );
}

const isNumber = (value: unknown) => typeof value === 'number';
