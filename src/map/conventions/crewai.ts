import { isObject, textOf } from '../chat/message.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, gather } from '../rule.ts';
import { type SpanView, textAt, toCount } from '../span-view.ts';

/** OpenLLMetry calls all of it `invoke_agent`: what a span is stands in its keys. */
const KINDS: readonly (readonly [string, Kind])[] = [
  ['crewai.task.id', 'task'],
  ['crewai.agent.role', 'agent'],
  ['crewai.crew.tasks', 'workflow'],
];
const kind = (view: SpanView) => KINDS.find(([key]) => textAt(view, key) !== undefined)?.[1];

const USAGE = 'crewai.crew.token_usage';
/** What all agents of a crew used together: `total_tokens=296 prompt_tokens=212 …`. */
const used = (name: string) =>
  custom([USAGE], (view) => toCount(new RegExp(`(?:^|\\s)${name}=(\\d+)`).exec(textAt(view, USAGE) ?? '')?.[1]));

/** The model of a crew whose agents all have the same one. */
function modelOf(agents: unknown): string | undefined {
  const models = new Set(
    Array.isArray(agents) ? agents.map((agent) => (isObject(agent) ? textOf(agent, 'llm') : undefined)) : [],
  );
  return models.size === 1 ? [...models][0] : undefined;
}

/** https://github.com/traceloop/openllmetry, crewai: a task is named by what it asks, which is no name of an op. */
export const crewAi: Convention = {
  name: 'crewai',
  title: 'CrewAI (OpenLLMetry)',
  prefixes: ['crewai.'],
  rules: {
    kind: [
      custom(
        KINDS.map(([key]) => key),
        kind,
      ),
    ],
    opName: [custom([], (view) => (kind(view) === 'task' ? 'crewai.task' : undefined))],
    requestModel: [data('crewai.crew.agents', modelOf)],
    inputTokens: [used('prompt_tokens')],
    outputTokens: [used('completion_tokens')],
    totalTokens: [used('total_tokens')],
    cacheReadTokens: [used('cached_prompt_tokens')],
    cacheWriteTokens: [used('cache_creation_tokens')],
    reasoningTokens: [used('reasoning_tokens')],
    input: [
      gather({ 'crewai.task.description': 'description', 'crewai.task.expected_output': 'expected_output' }),
      gather({ 'crewai.agent.goal': 'goal', 'crewai.agent.backstory': 'backstory' }),
    ],
  },
};
