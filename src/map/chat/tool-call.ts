import { parseJson } from '../json-text.ts';
import { separated } from './joined-calls.ts';
import { asText, isObject, type Json, type ToolCall, textOf } from './message.ts';
import { isBarePart } from './recognise.ts';

/** A tool call in any of its spellings; the arguments become JSON text. Undefined where no tool is named. */
export function toolCallOf(source: Json): ToolCall | undefined {
  const wrapped = source['tool_call'];
  const call = isObject(wrapped) ? wrapped : source;
  const inner = [call['function'], call['custom']].find(isObject) ?? call;
  const name = textOf(inner, 'name', 'toolName', 'tool_name') ?? textOf(call, 'name', 'toolName');
  if (name === undefined) return undefined;
  const id = textOf(call, 'call_id', 'id', 'toolCallId', 'toolUseId', 'tool_call_id', 'ref');
  const args =
    inner['arguments'] ?? inner['args'] ?? inner['input'] ?? call['arguments'] ?? call['args'] ?? call['input'];
  return { ...(id !== undefined && { id }), type: 'function', function: { name, arguments: asText(args) } };
}

/** Tool calls that stand beside a message's content: OpenAI's, LangChain's, and the function call of old. */
export function toolCallsBeside(source: Json): readonly ToolCall[] {
  const extra = isObject(source['additional_kwargs']) ? source['additional_kwargs'] : {};
  const lists = [source['tool_calls'], source['toolCalls'], extra['tool_calls']];
  const list = lists.find((calls): calls is unknown[] => Array.isArray(calls) && calls.length > 0);
  const legacy = source['function_call'] ?? ('function_call_name' in source && functionCallOf(source));
  if (!list && !legacy) return [];
  return [...(list ?? []), legacy].filter(isObject).flatMap((source) => {
    const call = toolCallOf(source);
    return call ? separated(call) : [];
  });
}

const functionCallOf = (source: Json) => ({
  name: source['function_call_name'],
  arguments: source['function_call_arguments_json'],
});

/** GenAI's parts have their text under `content`. */
const textOfBlock = (block: Json) =>
  textOf(block, 'text') ?? (block['type'] === 'text' ? textOf(block, 'content') : undefined);

/** The text of a tool's result: text blocks joined, the AI SDK's `{type, value}` unwrapped, anything else as JSON. */
export function resultText(result: unknown): string {
  if (Array.isArray(result) && result.length > 0) {
    const texts = result.map((block) => (isObject(block) ? textOfBlock(block) : undefined));
    if (texts.every((text) => text !== undefined)) return texts.join('\n');
    const [only] = result;
    if (result.length === 1 && isObject(only) && only['json'] !== undefined) return asText(only['json']);
  }
  if (isObject(result) && 'value' in result && typeof result['type'] === 'string') return asText(result['value']);
  return asText(result);
}

/** How the APIs call blocks of text. */
const TEXTS: ReadonlySet<unknown> = new Set(['text', 'input_text', 'output_text']);

/** Blocks as one JSON text, as some write a result down that is a list of them. */
export function blocksIn(result: unknown): unknown {
  const parsed = typeof result === 'string' ? parseJson(result) : undefined;
  const isBlocks =
    Array.isArray(parsed) && parsed.length > 0 && parsed.every((one) => isBarePart(one) && TEXTS.has(one['type']));
  return isBlocks ? parsed : result;
}
