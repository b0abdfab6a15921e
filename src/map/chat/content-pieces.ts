import { parseJson } from '../json-text.ts';
import { asText, isObject, type Json } from './message.ts';
import type { Piece } from './part-readers.ts';
import { pieceOf, resultContent } from './parts.ts';
import { isBarePart } from './recognise.ts';
import { toolCallOf } from './tool-call.ts';

/** The AI SDK's messages for pages hold all steps of an answer: calls, their results, what was said then. */
export function stepsIn(content: unknown): readonly (readonly unknown[])[] | undefined {
  if (!Array.isArray(content) || !content.some(isStepStart)) return undefined;
  const steps: unknown[][] = [[]];
  for (const part of content) {
    if (isStepStart(part)) steps.push([]);
    else steps.at(-1)?.push(part);
  }
  return steps.filter((step) => step.length > 0);
}

const isStepStart = (part: unknown) => isObject(part) && part['type'] === 'step-start';

export function contentPieces(content: unknown): Piece[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') {
    const parsed = parseJson(content);
    const isParts = Array.isArray(parsed) && parsed.length > 0 && parsed.every(isBarePart);
    return isParts ? parsed.map(pieceOf) : [{ is: 'text', text: content }];
  }
  return Array.isArray(content) ? withDeltas(content) : [pieceOf(content)];
}

/** Streamed content that was gathered part by part: arguments of a tool call come after it, in pieces. */
function withDeltas(parts: readonly unknown[]): Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const last = pieces.at(-1);
    const more = isObject(part) && part['type'] === 'input_json_delta' ? asText(part['input']) : undefined;
    const run = isObject(part) ? toolRunIn(part) : undefined;
    if (more !== undefined && last?.is === 'tool_call') pieces[pieces.length - 1] = withArguments(last, more);
    else pieces.push(...(run ?? [pieceOf(part)]));
  }
  return pieces;
}

function withArguments(piece: Extract<Piece, { is: 'tool_call' }>, more: string): Piece {
  const { name, arguments: before } = piece.call.function;
  const all = before === '{}' ? more : before + more;
  return { ...piece, call: { ...piece.call, function: { name, arguments: all } } };
}

/**
 * The AI SDK's messages for pages: a tool's call together with what came of it, of type `tool-NAME`. They say how far it
 * has come (`state`): parts of the messages for models (`tool-call`, `tool-approval-request`) do not.
 */
function toolRunIn(part: Json): readonly Piece[] | undefined {
  const { type, toolCallId: id, state } = part;
  const isNamed = typeof type === 'string' && type.startsWith('tool-');
  if (typeof id !== 'string' || typeof state !== 'string' || !(isNamed || type === 'dynamic-tool')) return undefined;
  const call = toolCallOf({
    name: part['toolName'] ?? (type as string).slice('tool-'.length),
    id,
    input: part['input'],
  });
  const came = part['output'] ?? part['errorText'];
  return [
    ...(call ? [{ is: 'tool_call', call } as const] : []),
    ...(came === undefined ? [] : [{ is: 'tool_result', id, content: resultContent(came) } as const]),
  ];
}
