import { isLoggedPrompt, isLoggedTool } from '../../core/content-log.ts';
import type { Attributes } from '../../core/span.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, events, some, text, when } from '../rule.ts';
import { dataAt, eventData, type SpanView, textAt } from '../span-view.ts';

const TURN_USAGE = 'codex.turn.token_usage.';

const isTurn = ({ span }: SpanView) => /^(codex\.)?session_task\./.test(span.name);
const isTool = (view: SpanView) => /^(codex\.tool\.|mcp\.tools\.call$)/.test(view.span.name) || isLoggedTool(view.span);

/** The log record of a tool's run, joined to its span. */
const ofToolResult = <T>(read: (event: Attributes) => T | undefined) =>
  events('codex.tool_result', ([event]) => event && read(event.attributes));
const isFailed = (event: Attributes) => /^false$/i.test(String(event.get('success') ?? ''));

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
      custom<Kind>([], ({ span }) => (isLoggedPrompt(span) ? 'chain' : undefined)),
      when<Kind>(['codex.usage.*'], () => true, 'task'),
    ],
    requestModel: [text('model')],
    messages: [events('codex.user_prompt', ([event]) => some(toMessages(event?.attributes.get('prompt'))))],
    toolName: [
      custom(['tool_name'], (view) => (isTool(view) ? textAt(view, 'tool_name') : undefined)),
      custom([], ({ span }) => /^codex\.tool\.(.+)$/.exec(span.name)?.[1]),
    ],
    toolCallId: [text('call_id')],
    toolArguments: [ofTool('arguments'), ofToolResult((event) => eventData(event, 'arguments'))],
    toolResult: [ofTool('output'), ofToolResult((event) => eventData(event, 'output'))],
    failure: [
      ofToolResult((event) => (isFailed(event) ? String(event.get('output') ?? 'The tool failed') : undefined)),
    ],
    inputTokens: [count(`${TURN_USAGE}input_tokens`)],
    outputTokens: [count(`${TURN_USAGE}output_tokens`)],
    cacheReadTokens: [count(`${TURN_USAGE}cached_input_tokens`)],
    cacheWriteTokens: [count(`${TURN_USAGE}cache_write_input_tokens`)],
    reasoningTokens: [count(`${TURN_USAGE}reasoning_output_tokens`, 'codex.usage.reasoning_output_tokens')],
    // the turn has the sum, unless the process was ended before it
    standsIn: [when(['codex.usage.*'], (view) => !isTurn(view) && textAt(view, 'model') === undefined, true)],
    threadId: [custom(['thread.id', 'conversation.id'], threadId)],
    isTurn: [custom([], isTurn)],
  },
};
