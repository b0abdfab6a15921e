import { asText, type ContentPart, type Message, type ToolCall } from './message.ts';
import type { Piece } from './part-readers.ts';

/** A message and what an output message says beside it. */
export interface SourceMessage extends Message {
  readonly finish_reason?: string;
}

/** Pieces to messages: what is said becomes one message, each tool result one of its own. */
export function fromPieces(
  role: string,
  pieces: readonly Piece[],
  extra: Pick<SourceMessage, 'name' | 'finish_reason' | 'annotations'>,
): readonly SourceMessage[] {
  const [first] = pieces;
  if (pieces.length === 1 && first?.is === 'text') return [{ role, content: first.text, ...extra }];
  const content: ContentPart[] = [];
  const calls: ToolCall[] = [];
  const thoughts: string[] = [];
  const results: SourceMessage[] = [];
  let refusal: string | undefined;
  for (const piece of pieces) {
    switch (piece.is) {
      case 'text':
        addText(content, piece.text, role === 'assistant');
        break;
      case 'media':
        content.push(piece.part);
        break;
      case 'tool_call':
        calls.push(piece.call);
        break;
      case 'reasoning':
        if (piece.text !== '') thoughts.push(piece.text);
        break;
      case 'refusal':
        refusal = piece.text;
        break;
      case 'tool_result': {
        const { is: _, id, content: result, ...named } = piece;
        results.push({ role: 'tool', content: result, ...named, ...(id !== undefined && { tool_call_id: id }) });
        break;
      }
      default:
        piece satisfies never;
    }
  }
  if (results.length > 0 && content.length + calls.length + thoughts.length === 0) return results;
  const said = {
    role,
    content: contentOf(content, calls.length > 0 || refusal !== undefined),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join('\n') }),
    ...(refusal !== undefined && { refusal }),
    ...extra,
  };
  // Anthropic's user answers the calls before saying more; an assistant's own tools come after what it said
  return first?.is === 'tool_result' ? [...results, said] : [said, ...results];
}

/** An answer that was streamed comes in pieces of text: they are one text. Who asks has parts for a reason. */
function addText(content: ContentPart[], text: string, isAnswer: boolean): void {
  const last = content.at(-1);
  if (isAnswer && last?.type === 'text') content[content.length - 1] = { ...last, text: asText(last['text']) + text };
  else content.push({ type: 'text', text });
}

function contentOf(parts: readonly ContentPart[], saysMore: boolean): Message['content'] {
  const [only] = parts;
  if (only === undefined) return saysMore ? null : '';
  return parts.length === 1 && only.type === 'text' ? asText(only['text']) : parts;
}

/** OpenAI's Responses list one item a tool call: those of one turn belong to one assistant message. */
export function mergeTurns(messages: readonly SourceMessage[]): readonly SourceMessage[] {
  if (!messages.some(isPartOfTurn)) return messages;
  const merged: SourceMessage[] = [];
  let turn: SourceMessage[] = [];
  for (const message of messages) {
    if (isPartOfTurn(message)) {
      turn.push(message);
      continue;
    }
    merged.push(...joinTurn(turn), message);
    turn = [];
  }
  return [...merged, ...joinTurn(turn)];
}

const isPartOfTurn = (message: SourceMessage) =>
  message.role === 'assistant' &&
  (message.content === null || message.content === '') &&
  message.finish_reason === undefined;

/** One message of all of them; none of none. Joined at once: pair by pair, all calls would be copied for each. */
function joinTurn(turn: readonly SourceMessage[]): readonly SourceMessage[] {
  if (turn.length < 2) return turn;
  const calls = turn.flatMap((message) => message.tool_calls ?? []);
  const thoughts = turn.flatMap((message) => message.reasoning_content ?? []);
  const joined: SourceMessage = {
    role: 'assistant',
    content: calls.length > 0 ? null : (turn.at(-1)?.content ?? null),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join('\n') }),
  };
  return [{ ...Object.fromEntries(turn.flatMap((message) => Object.entries(message))), ...joined }];
}
