import { isObject, type Json, textOf } from './chat/message.ts';
import { data, list, object, type Rules } from './rule.ts';

/** Members of a request that are content, shown elsewhere, or the library's own business. */
const CONTENT_MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'model_name',
  'messages',
  'input',
  'tools',
  'system',
  'instructions',
  'contents',
  'prompt',
  'functions',
  'systemInstruction',
  'system_instruction',
  'httpOptions',
  'http_options',
]);
/** Where libraries keep the parameters together, beside the messages. */
const PARAMETER_HOLDERS = ['config', 'generation_kwargs', 'generationConfig', 'parameters'];

/** The names that OpenAI's API has for parameters of others. */
const NAMES: Readonly<Record<string, string>> = {
  maxOutputTokens: 'max_tokens',
  maxTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stopSequences: 'stop',
  stop_sequences: 'stop',
  max_output_tokens: 'max_tokens',
  candidate_count: 'n',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  candidateCount: 'n',
  toolChoice: 'tool_choice',
};

/** Whether an object is the body of a request to a model, rather than somebody's arguments. */
export function isRequest(value: unknown): value is Json {
  if (!isObject(value)) return false;
  return (
    Array.isArray(value['messages']) ||
    Array.isArray(value['contents']) ||
    ('model' in value && ('input' in value || 'prompt' in value))
  );
}

/** The parameters in an object of them: content, empty and absent ones left out, names as OpenAI has them. */
export function parametersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(value)) return undefined;
  const found = Object.entries(value).filter(([key, one]) => !CONTENT_MEMBERS.has(key) && !isEmpty(one));
  return object(Object.fromEntries(found.map(([key, one]) => [Object.hasOwn(NAMES, key) ? NAMES[key] : key, one])));
}

/** The parameters of a request body: beside the messages, or together in a member of their own. */
export function requestParameters(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRequest(body)) return undefined;
  const holder = PARAMETER_HOLDERS.find((name) => isObject(body[name]));
  return parametersOf(holder === undefined ? body : body[holder]);
}

/** What a request body says of the request, beside the conversation itself, which `toMessages` reads. */
export function requestRules(key: string): Required<Pick<Rules, 'requestModel' | 'parameters' | 'toolDefinitions'>> {
  return {
    requestModel: [data(key, (body) => (isRequest(body) ? textOf(body, 'model', 'model_name') : undefined))],
    parameters: [data(key, requestParameters)],
    toolDefinitions: [
      data(key, (body) => (isRequest(body) ? list(body['tools'] ?? configOf(body)['tools']) : undefined)),
    ],
  };
}

/** Gemini's tools are part of its configuration. */
const configOf = (body: Json): Json => (isObject(body['config']) ? body['config'] : {});

/** A model's response has its id beside what it said. */
export function responseId(body: unknown): string | undefined {
  return isResponse(body) ? textOf(body, 'id', 'responseId') : undefined;
}

/** And the model that answered. */
export function responseModel(body: unknown): string | undefined {
  return isResponse(body) ? textOf(body, 'model', 'modelVersion') : undefined;
}

/** Whether an object is the body of a model's response. */
export function isResponse(body: unknown): body is Json {
  return isObject(body) && ['choices', 'output', 'content', 'candidates'].some((key) => key in body);
}

const isEmpty = (value: unknown) =>
  value === null || value === '' || (isObject(value) && Object.keys(value).length === 0);
