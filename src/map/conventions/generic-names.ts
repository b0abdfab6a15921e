import type { Kind } from '../reading.ts';

/**
 * What keys of a convention that nobody listed are taken for, by how they end: `acme.llm.inputMessages` and
 * `acme.input_messages` both end in `input_messages`. The first name that some key ends in counts.
 */
const GENERIC_NAMES = {
  model: ['request_model', 'model_name', 'model_id', 'model'],
  responseModel: ['response_model'],
  provider: ['provider', 'provider_name', 'llm_system'],
  messages: ['input_messages', 'prompt_messages', 'request_messages', 'chat_history', 'conversation', 'messages'],
  answers: ['output_messages', 'response_messages'],
  system: ['system_prompt', 'system_instructions', 'system_instruction'],
  prompt: ['user_prompt', 'prompts', 'prompt'],
  completion: [
    'completions',
    'completion',
    'generation',
    'generated_text',
    'response_text',
    'output_text',
    'reply',
    'answer',
  ],
  input: ['inputs', 'input', 'input_json', 'input_data'],
  output: ['outputs', 'output', 'output_json', 'output_data'],
  asked: ['question', 'query', 'request', 'request_body'],
  answered: ['response', 'result', 'response_body'],
  usage: ['token_usage', 'usage_metadata', 'usage', 'metrics'],
  inputTokens: [
    'input_tokens',
    'prompt_tokens',
    'input_token_count',
    'prompt_token_count',
    'token_count_prompt',
    'tokens_in',
    'tokens_input',
    'tokens_prompt',
  ],
  outputTokens: [
    'output_tokens',
    'completion_tokens',
    'output_token_count',
    'completion_token_count',
    'token_count_completion',
    'tokens_out',
    'tokens_output',
    'tokens_completion',
  ],
  totalTokens: ['total_tokens', 'total_token_count', 'token_count_total', 'tokens_total'],
  cacheReadTokens: [
    'cached_tokens',
    'cached_input_tokens',
    'cache_read_tokens',
    'cache_read_input_tokens',
    'prompt_cached_tokens',
  ],
  reasoningTokens: ['reasoning_tokens'],
  finishReasons: ['finish_reasons', 'finish_reason', 'stop_reason'],
  cost: ['total_cost', 'cost_usd', 'cost'],
  temperature: ['temperature'],
  topP: ['top_p'],
  outputLimit: ['max_tokens', 'max_output_tokens'],
  tools: ['tool_definitions', 'tools'],
  toolName: ['tool_name'],
  toolArguments: ['tool_arguments', 'tool_args', 'tool_input', 'tool_parameters', 'arguments'],
  toolResult: ['tool_result', 'tool_output'],
  agentName: ['agent_name'],
  documents: ['retrieved_documents', 'documents'],
  threadId: ['conversation_id', 'session_id', 'thread_id', 'chat_id'],
  userId: ['user_id'],
  metadata: ['metadata'],
} as const;

export type Role = keyof typeof GENERIC_NAMES;
/** For each role the key that seems to play it. */
export type Roles = { readonly [R in Role]?: string };

/** Namespaces of other conventions, where `input`, `model` or `messages` mean something else. */
const FOREIGN =
  /^(http|url|net|network|server|client|db|messaging|rpc|faas|cloud|aws|azure|gcp|k8s|container|host|os|process|thread|code|exception|error|event|log|telemetry|service|deployment|device|browser|user_agent|peer|tls|dns|graphql|file|system|hw|feature_flag|cicd|vcs|test|otel)([._]|$)/;
/** Numbers beside the tokens that were used: limits, prices, rates. */
const NO_USAGE = /(^|_)(max|min|limits?|budget|quota|remaining|price|cost|rate|per|estimated|avg|mean)(_|$)/;

/** Which keys of a span play which role. */
export function rolesIn(keys: readonly string[]): Roles {
  const known = keys.filter((key) => !FOREIGN.test(key)).map((key) => ({ key, ending: ending(key) }));
  const found: { [R in Role]?: string } = {};
  for (const [role, names] of Object.entries(GENERIC_NAMES) as [Role, readonly string[]][]) {
    const candidates = role.endsWith('Tokens') ? known.filter((one) => !NO_USAGE.test(one.ending)) : known;
    const key = names.flatMap((name) => candidates.find((one) => endsIn(one.ending, name))?.key ?? [])[0];
    if (key !== undefined) found[role] = key;
  }
  return found;
}

/** What kind of work the keys speak of, only where several of them agree. */
export function kindOf(found: Roles): Kind | undefined {
  const has = (...roles: readonly Role[]) => roles.some((role) => found[role] !== undefined);
  if (has('toolName') && has('toolArguments', 'toolResult', 'input') && !has('model')) return 'tool';
  if (has('model') ? modelEvidence(found).length > 0 : isDialogue(found)) return 'llm';
  const isAsked = has('input', 'asked');
  if (has('agentName') && (has('messages', 'answers', 'prompt', 'completion') || isAsked)) return 'agent';
  return has('documents') && isAsked ? 'retriever' : undefined;
}

/** Both sides of a model call, or what it used, where no model is named. */
function isDialogue(found: Roles): boolean {
  const has = (...roles: readonly Role[]) => roles.every((role) => found[role] !== undefined);
  return (
    has('inputTokens', 'outputTokens') ||
    has('prompt', 'completion') ||
    has('messages', 'answers') ||
    has('messages', 'completion') ||
    has('usage', 'input', 'output')
  );
}

/** The roles beside a model's name that make it one of language: a phone has a model too. */
export function modelEvidence(found: Roles): readonly Role[] {
  const given = (...roles: readonly Role[]) => roles.filter((role) => found[role] !== undefined);
  const [input, output] = [given('input', 'asked'), given('output', 'answered')];
  const isBothWays = output.length > 0 && input.some((role) => isBeside(found.model, found[role]));
  return [
    ...given('usage', 'inputTokens', 'outputTokens', 'messages', 'answers', 'prompt', 'completion'),
    ...(isBothWays ? [...input, ...output] : []),
  ];
}

/** A list that was flattened into keys with indexes: `acme.messages.0.role` is one of `acme.messages`. */
const ITEM = /^(.+)\.\d+\.(message\.)?(role|content)$/;

/** The prefixes of flattened lists, by the role that their name plays. */
export function listsIn(keys: readonly string[]): { readonly [R in 'messages' | 'answers']?: string } {
  const names = [...new Set(keys.filter((key) => !FOREIGN.test(key)).flatMap((key) => ITEM.exec(key)?.[1] ?? []))];
  const named = (...roles: readonly Role[]) =>
    names.find((name) => roles.some((role) => GENERIC_NAMES[role].some((end) => endsIn(ending(name), end))));
  const answers = named('answers', 'completion', 'output');
  const messages = names.find((name) => name !== answers && name === named('messages', 'prompt', 'input'));
  return {
    ...(messages !== undefined && { messages: `${messages}.` }),
    ...(answers !== undefined && { answers: `${answers}.` }),
  };
}

/** Keys of one namespace, or bare ones: a car's model has nothing to do with a job's input. */
function isBeside(a = '', b = ''): boolean {
  const [first, second] = [namespace(a), namespace(b)];
  return first === '' || second === '' || first === second;
}

const namespace = (key: string) => (key.includes('.') ? key.slice(0, key.indexOf('.')) : '');

const ending = (key: string) =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
const endsIn = (key: string, name: string) => key === name || key.endsWith(`_${name}`);
