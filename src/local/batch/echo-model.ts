/** A model that costs nothing and always says the same to the same: it judges by a hash, and echoes what it was asked. */
import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../bodies/json-object.ts';

const ECHO_CHARACTERS = 80;
/** About four characters a token, as with most models. */
const tokensOf = (text: string) => Math.max(1, Math.ceil(text.length / 4));

/** The body that the endpoint answers, as the OpenAI API has it. */
export function echoAnswer(endpoint: string, body: JsonObject): JsonObject {
  const asked = JSON.stringify(body['messages'] ?? body['input'] ?? body['prompt'] ?? '');
  const model = body['model'];
  const said = judgement(asked, lastWords(body));
  const [input, output] = [tokensOf(asked), tokensOf(said)];
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const id = hash('sha256', asked, 'hex').slice(0, 12);
  switch (endpoint.replace(/^\//, '')) {
    case 'v1/embeddings':
      return { object: 'list', data: [{ object: 'embedding', index: 0, embedding: vector(asked) }], model, usage };
    case 'v1/completions':
      return {
        id,
        object: 'text_completion',
        model,
        choices: [{ index: 0, text: said, finish_reason: 'stop' }],
        usage,
      };
    case 'v1/responses':
      return {
        id,
        object: 'response',
        model,
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said }] }],
        usage: { input_tokens: input, output_tokens: output, total_tokens: input + output },
      };
    default: {
      const message = { role: 'assistant', content: said };
      return { id, object: 'chat.completion', model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage };
    }
  }
}

/** Totals over answers, under the names that a batch has for them. */
export function addUsage(answers: readonly JsonObject[]): JsonObject {
  const sum = (...names: readonly string[]) =>
    answers.reduce((total, { usage }) => {
      const counts = isJsonObject(usage) ? usage : {};
      return total + Number(names.map((name) => counts[name]).find((value) => value !== undefined) ?? 0);
    }, 0);
  return {
    prompt_tokens: sum('prompt_tokens', 'input_tokens'),
    completion_tokens: sum('completion_tokens', 'output_tokens'),
    total_tokens: sum('total_tokens'),
  };
}

/** 0 to 1, the same for the same text. */
export function shareOf(text: string): number {
  return (Number.parseInt(hash('sha256', text, 'hex').slice(0, 4), 16) % 101) / 100;
}

/** The text that was asked last, as it is; what is no text as JSON. */
function lastWords({ messages, input, prompt }: JsonObject): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const said = isJsonObject(last) ? last['content'] : (messages ?? input ?? prompt ?? '');
  return (typeof said === 'string' ? said : JSON.stringify(said ?? null)).trim();
}

function judgement(asked: string, words: string): string {
  const score = shareOf(asked);
  const reason = `echo: ${words.slice(-ECHO_CHARACTERS)}`;
  return JSON.stringify({ score, label: score >= 0.5 ? 'good' : 'poor', reason });
}

function vector(text: string): readonly number[] {
  return Array.from({ length: 8 }, (_, at) => shareOf(`${at} ${text}`));
}
