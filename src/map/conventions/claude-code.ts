import type { SpanEvent } from '../../core/span.ts';
import { toChoices } from '../chat/choices.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, events, gather, list, number, some, text, texts } from '../rule.ts';
import { eventData, isPlaceholder, type SpanView, textAt, valueAt } from '../span-view.ts';

/** The waits and the run of a tool are parts of the one use that `tool` stands for. */
const KINDS: Readonly<Record<string, Kind>> = {
  interaction: 'agent',
  llm_request: 'llm',
  tool: 'tool',
  'tool.execution': 'task',
  'tool.blocked_on_user': 'task',
  hook: 'task',
};

/** The span's type, which older releases write with the prefix of the span's name. */
const typeOf = (view: SpanView) => textAt(view, 'span.type')?.replace(/^claude_code\./, '') ?? '';
const isOf = (type: string, key: string) =>
  custom([key], (view: SpanView) => (typeOf(view) === type ? valueAt(view, key) : undefined));

/** What a tool was asked to do, where its whole input is not recorded. */
const DETAILS: Readonly<Record<string, string>> = {
  full_command: 'full_command',
  file_path: 'file_path',
  skill_name: 'skill_name',
  subagent_type: 'subagent_type',
};

/** The first of these members of an event that says something. */
const said = ({ attributes }: SpanEvent, ...keys: readonly string[]) =>
  keys.map((key) => eventData(attributes, key)).find((value) => value !== undefined && !isPlaceholder(value));

const output = events('tool.output', (found) =>
  found.map((event) => said(event, 'output', 'content', 'diff')).find((value) => value !== undefined),
);

function failure(view: SpanView): string | undefined {
  const success = valueAt(view, 'success');
  if (success !== false && success !== 'false') return undefined;
  return textAt(view, 'error') ?? 'It did not succeed (the span says no reason)';
}

/**
 * https://code.claude.com/docs/en/monitoring-usage: keys without any prefix, so its scope alone gives it away.
 * Content comes only where the user has opted in.
 */
export const claudeCode: Convention = {
  name: 'claude-code',
  title: 'Claude Code and Claude Agent SDK',
  prefixes: [],
  scopes: [/^com\.anthropic\.claude_code\.tracing$/],
  rules: {
    kind: [custom(['span.type'], (view) => (Object.hasOwn(KINDS, typeOf(view)) ? KINDS[typeOf(view)] : undefined))],
    requestModel: [text('gen_ai.request.model', 'model')],
    system: [text('user_system_prompt', 'system_prompt_preview')],
    messages: [
      custom(['user_prompt', 'new_context'], (view) =>
        some(toMessages(textAt(view, 'user_prompt') ?? textAt(view, 'new_context'))),
      ),
      events('claude_code.user_prompt', ([event]) => some(toMessages(event && said(event, 'prompt', 'prompt_text')))),
    ],
    toolDefinitions: [data('tools', list)],
    choices: [
      data('response.model_output', (answer) => some(toChoices(answer))),
      // one a model call: the last is the answer
      events('claude_code.assistant_response', (found) =>
        some(toChoices(found.flatMap((event) => said(event, 'response') ?? []).at(-1))),
      ),
    ],
    finishReasons: [data(['gen_ai.response.finish_reasons', 'stop_reason'], texts)],
    toolName: [text('gen_ai.tool.name', 'tool_name')],
    toolCallId: [text('gen_ai.tool.call.id', 'tool_use_id')],
    toolArguments: [
      data('tool_input', (input) => input),
      events('claude_code.tool_result', ([event]) => event && said(event, 'tool_input')),
      gather(DETAILS),
    ],
    toolResult: [output, isOf('tool', 'new_context')],
    inputTokens: [count('input_tokens')],
    outputTokens: [count('output_tokens')],
    cacheReadTokens: [count('cache_read_tokens')],
    cacheWriteTokens: [count('cache_creation_tokens')],
    cost: [number('cost_usd', 'total_cost_usd')],
    timeToFirstTokenMs: [number('ttft_ms')],
    userId: [text('user.id')],
    threadId: [text('session.id', 'gen_ai.conversation.id')],
    isTurn: [custom(['span.type'], (view) => typeOf(view) === 'interaction')],
    failure: [custom(['success', 'error'], failure)],
  },
};
