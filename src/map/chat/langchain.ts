import { parseJson } from '../json-text.ts';
import { isObject, type Json } from './message.ts';
import { isLangChain, looksLikeMessages } from './recognise.ts';

/**
 * What a LangChain or LangGraph step took or returned, without its wrapping: `{output: …}`, commands that update
 * the graph's state, prompt values. Anything else comes back as it is.
 */
export function withoutWrapping(value: unknown): unknown {
  if (Array.isArray(value)) {
    const updates = value.map(updatedMessages);
    return updates.length > 0 && updates.every((messages) => messages !== undefined)
      ? { messages: updates.flat() }
      : value;
  }
  if (!isObject(value)) return value;
  if (isLangChain(value) && isObject(value['kwargs']) && Array.isArray(value['kwargs']['messages']))
    return { messages: value['kwargs']['messages'] };
  const updated = updatedMessages(value);
  if (updated) return { messages: updated };
  // a callback's `{output, kwargs}`
  if (value['output'] === undefined || Object.keys(value).some((key) => key !== 'output' && key !== 'kwargs'))
    return value;
  const inner = withoutWrapping(value['output']);
  if (Array.isArray(inner) && looksLikeMessages(inner)) return { messages: inner };
  return inner !== value['output'] || (isObject(inner) && isLangChain(inner)) ? inner : value;
}

/** What LangChain says of the message that a model generated: the members of `{generations: [[{message}]]}`'s first one. */
export function generatedIn(body: unknown): Json | undefined {
  const [first] = isObject(body) && Array.isArray(body['generations']) ? body['generations'].flat() : [];
  const message = isObject(first) ? first['message'] : undefined;
  if (!isObject(message)) return undefined;
  return isLangChain(message) && isObject(message['kwargs']) ? message['kwargs'] : message;
}

/** Members of what a LangChain callback is told. */
const TOLD = new Set(['inputs', 'query', 'input_str', 'tags', 'metadata', 'kwargs']);

/** What a LangChain callback was told: `{inputs or query, input_str, tags, metadata, kwargs}`; anything else comes back as it is. */
export function passedIn(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (!Array.isArray(value['tags']) || !('kwargs' in value) || !Object.keys(value).every((key) => TOLD.has(key)))
    return value;
  return value['inputs'] ?? value['query'] ?? value['input_str'] ?? value;
}

/** A tool's result out of the message that LangChain makes of it. */
export function toolResultIn(value: unknown): unknown {
  const content = toolMessageIn(value)?.['content'];
  return typeof content === 'string' ? (parseJson(content) ?? content) : (content ?? value);
}

/**
 * The members of the message that LangChain makes of a tool's result: `{content, name, tool_call_id, status}`.
 * Python writes messages as `{type, data}`, too.
 */
export function toolMessageIn(value: unknown): Json | undefined {
  const inner = withoutWrapping(value);
  if (!isObject(inner)) return undefined;
  const members = isLangChain(inner) ? inner['kwargs'] : inner['type'] === 'tool' ? inner['data'] : undefined;
  return isObject(members) && (isLangChain(inner) || 'tool_call_id' in members) ? members : undefined;
}

/** LangGraph's `Command`: `{lg_name: 'Command', update: {messages}}`. */
function updatedMessages(value: unknown): readonly unknown[] | undefined {
  const update = isObject(value) ? (value as Json)['update'] : undefined;
  return isObject(update) && Array.isArray(update['messages']) ? update['messages'] : undefined;
}
