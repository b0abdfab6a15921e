import type { Kind } from '../reading.ts';
import { type Convention, custom, gather } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

/** OpenLLMetry calls all of it `invoke_agent`: what a span is stands in its keys. */
const KINDS: readonly (readonly [string, Kind])[] = [
  ['crewai.task.id', 'task'],
  ['crewai.agent.role', 'agent'],
  ['crewai.crew.tasks', 'workflow'],
];
const kind = (view: SpanView) => KINDS.find(([key]) => textAt(view, key) !== undefined)?.[1];

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
    input: [
      gather({ 'crewai.task.description': 'description', 'crewai.task.expected_output': 'expected_output' }),
      gather({ 'crewai.agent.goal': 'goal', 'crewai.agent.backstory': 'backstory' }),
    ],
  },
};
