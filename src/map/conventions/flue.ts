import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, some, text } from '../rule.ts';
import { valueAt } from '../span-view.ts';

/** Keys of which each gives a kind of span away; spans of model calls and, since version 2, of tools and agents have GenAI's. */
const KINDS: readonly (readonly [string, Kind])[] = [
  ['flue.tool.name', 'tool'],
  ['flue.task.prompt', 'agent'],
  ['flue.task.agent', 'agent'],
  ['flue.workflow.name', 'workflow'],
  ['flue.operation.kind', 'task'],
  ['flue.compaction.reason', 'task'],
];

/** https://flueframework.com: GenAI spans with content under keys of its own before version 2. */
export const flue: Convention = {
  name: 'flue',
  title: 'Flue',
  prefixes: ['flue.'],
  scopes: [/^@flue\/opentelemetry$/],
  rules: {
    kind: [
      custom(
        KINDS.map(([key]) => key),
        (view) =>
          valueAt(view, 'gen_ai.operation.name') === undefined
            ? KINDS.find(([key]) => valueAt(view, key) !== undefined)?.[1]
            : undefined,
      ),
    ],
    displayName: [text('flue.workflow.name')],
    messages: [data(['flue.turn.input', 'flue.task.prompt'], (said) => some(toMessages(said)))],
    choices: [data(['flue.turn.output', 'flue.task.result'], (said) => some(toChoices(said)))],
    toolDefinitions: [data('flue.turn.input', (input) => (isObject(input) ? list(input['tools']) : undefined))],
    input: [data('flue.workflow.payload', (payload) => payload)],
    output: [data(['flue.workflow.result', 'flue.operation.result', 'flue.task.result'], (result) => result)],
    toolName: [text('flue.tool.name')],
    toolCallId: [text('flue.tool.call_id')],
    toolArguments: [data(['flue.tool.arguments', 'flue.tool.call.arguments'], (given) => given)],
    toolResult: [data(['flue.tool.result', 'flue.tool.call.result'], (result) => result)],
    agentName: [text('gen_ai.agent.name', 'flue.task.agent', 'flue.agent.name')],
  },
};
