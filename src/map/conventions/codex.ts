import type { Kind } from '../reading.ts';
import { type Convention, count, custom, text, when } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';

const TURN_USAGE = 'codex.turn.token_usage.';

const isTurn = ({ span }: SpanView) => /^(codex\.)?session_task\./.test(span.name);
const isTool = ({ span }: SpanView) => /^(codex\.tool\.|handle_tool_call$|mcp\.tools\.call$)/.test(span.name);

const ofTool = (key: string) => custom([key], (view) => (isTool(view) ? dataAt(view, key) : undefined));

/** Rust's tracing puts the number of the operating system's thread into the same key. */
function threadId(view: SpanView): string | undefined {
  const id = textAt(view, 'thread.id');
  return id?.includes('-') ? id : textAt(view, 'conversation.id');
}

/**
 * https://github.com/openai/codex: a span for each turn with its tokens and model, and under it hundreds of internal
 * ones. Those that end a response state its tokens too, without the model.
 */
export const codex: Convention = {
  name: 'codex',
  title: 'Codex CLI',
  prefixes: ['codex.'],
  scopes: [/^codex[_-]/],
  rules: {
    kind: [
      custom<Kind>([], (view) => (isTurn(view) ? 'agent' : isTool(view) ? 'tool' : undefined)),
      when<Kind>(['codex.usage.*'], () => true, 'task'),
    ],
    requestModel: [text('model')],
    toolName: [
      custom(['tool_name'], (view) => (isTool(view) ? textAt(view, 'tool_name') : undefined)),
      custom([], ({ span }) => /^codex\.tool\.(.+)$/.exec(span.name)?.[1]),
    ],
    toolCallId: [text('call_id')],
    toolArguments: [ofTool('arguments')],
    toolResult: [ofTool('output')],
    inputTokens: [count(`${TURN_USAGE}input_tokens`)],
    outputTokens: [count(`${TURN_USAGE}output_tokens`)],
    cacheReadTokens: [count(`${TURN_USAGE}cached_input_tokens`)],
    cacheWriteTokens: [count(`${TURN_USAGE}cache_write_input_tokens`)],
    reasoningTokens: [count(`${TURN_USAGE}reasoning_output_tokens`, 'codex.usage.reasoning_output_tokens')],
    notCounted: [when(['codex.usage.*'], (view) => !isTurn(view) && textAt(view, 'model') === undefined, true)],
    threadId: [custom(['thread.id', 'conversation.id'], threadId)],
    isTurn: [custom([], isTurn)],
  },
};
