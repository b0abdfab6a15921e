import type { Kind } from '../reading.ts';
import { type Convention, custom, text } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

/** Events that only say that something is over; of a model call they would be an empty one. */
const isOver = (view: SpanView) => textAt(view, 'target')?.endsWith('.finish') === true;

/**
 * BeeAI under OpenInference: a span an event of the framework (`backend.openai.chat.start-1`), numbered in each run,
 * below one for the run as a whole, which names only the framework.
 */
export const beeAi: Convention = {
  name: 'beeai',
  title: 'BeeAI',
  prefixes: ['beeai.'],
  scopes: [/openinference.*beeai/],
  rules: {
    kind: [custom<Kind>(['target'], (view) => (isOver(view) ? 'task' : undefined))],
    opName: [text('target', 'source')],
    displayName: [text('target', 'source')],
    agentName: [
      custom(['source'], (view) =>
        textAt(view, 'openinference.span.kind') === 'AGENT' ? textAt(view, 'source') : undefined,
      ),
    ],
    failure: [text('exception.message')],
  },
};
