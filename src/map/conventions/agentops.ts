import { calledWith } from '../called-with.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, number, text, texts, word } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  session: 'chain',
  workflow: 'workflow',
  task: 'task',
  operation: 'task',
  agent: 'agent',
  tool: 'tool',
  llm: 'llm',
  chain: 'chain',
  guardrail: 'guardrail',
};
const REQUESTS: Readonly<Record<string, Kind>> = { chat: 'llm', completion: 'llm', embedding: 'embedding' };

/** Decorators write `tool`, instrumentations Python's name of the member: `AgentOpsSpanKindValues.TOOL`. */
function kind(view: SpanView): Kind | undefined {
  const said = textAt(view, 'agentops.span.kind')?.split('.').at(-1)?.toLowerCase() ?? '';
  return Object.hasOwn(KINDS, said) ? KINDS[said] : undefined;
}

/** What was decorated has its own kind in the key: `agentops.task.input`. */
const ofEntity = (side: string) => ['entity', ...Object.keys(KINDS)].map((entity) => `agentops.${entity}.${side}`);

/** https://docs.agentops.ai: its decorators, and model calls by OpenLLMetry's indexed keys. */
export const agentOps: Convention = {
  name: 'agentops',
  title: 'AgentOps',
  // model calls stand under the scope of the SDK that was called
  prefixes: ['agentops.', 'gen_ai.request.type'],
  scopes: [/^agentops/],
  rules: {
    kind: [custom(['agentops.span.kind'], kind), word('gen_ai.request.type', REQUESTS)],
    opName: [text('operation.name')],
    displayName: [text('operation.name')],
    input: [data(ofEntity('input'), calledWith)],
    output: [data(ofEntity('output'), (value) => value)],
    agentName: [
      custom(['operation.name'], (view) => (kind(view) === 'agent' ? textAt(view, 'operation.name') : undefined)),
    ],
    toolName: [
      text('tool.name'),
      custom(['operation.name'], (view) => (kind(view) === 'tool' ? textAt(view, 'operation.name') : undefined)),
    ],
    toolCallId: [text('tool.call.id', 'tool.id')],
    toolArguments: [data(['tool.parameters', 'agentops.tool.input'], calledWith)],
    toolResult: [data(['tool.result', 'agentops.tool.output'], (value) => value)],
    embeddingDimensions: [number('gen_ai.completion.0.embedding_length')],
    tags: [data('agentops.tags', texts)],
  },
};
