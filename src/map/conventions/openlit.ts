import { toChoices } from '../chat/choices.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, events, list, seconds, some, text, word } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { parameterRule } from './gen-ai-parameters.ts';

/** How the older releases named the request's kind. */
const TYPES: Readonly<Record<string, Kind>> = {
  chat: 'llm',
  completion: 'llm',
  embedding: 'embedding',
  vectordb: 'retriever',
};

const PARAMETERS = parameterRule();

/** -1 tokens is how OpenLIT says that no limit was set. */
function parameters(view: SpanView) {
  const found = PARAMETERS.read(view);
  if (found === undefined || Number(found['max_tokens']) !== -1) return found;
  const { max_tokens: _, ...others } = found;
  return others;
}

/** Older releases join a conversation into one text, a line a message: `user: What is the weather?`. */
const SPOKEN = /^(system|user|assistant|tool|developer): /;

function joined(content: unknown): readonly SourceMessage[] {
  if (typeof content !== 'string' || !SPOKEN.test(content)) return [];
  return content.split(/\n(?=(?:system|user|assistant|tool|developer): )/).map((said) => {
    const [head = '', role = 'user'] = SPOKEN.exec(said) ?? [];
    const content = said.slice(head.length);
    return { role, content: content === 'null' ? null : content };
  });
}

const PROMPT = 'gen_ai.content.prompt';
/** As it was joined; where it was not, as it stands. */
const prompt = (view: SpanView) => some(joined(textAt(view, PROMPT))) ?? some(toMessages(dataAt(view, PROMPT)));

/** https://docs.openlit.io, beside the GenAI keys. */
export const openLit: Convention = {
  name: 'openlit',
  title: 'OpenLIT',
  prefixes: ['openlit.', 'gen_ai.content.'],
  scopes: [/^openlit/, /^@openlit\//],
  rules: {
    kind: [word('gen_ai.type', TYPES)],
    parameters: [custom(PARAMETERS.keys, parameters)],
    messages: [
      custom([PROMPT], prompt),
      events(PROMPT, (found) => some(found.flatMap((event) => joined(event.attributes.get('gen_ai.prompt'))))),
    ],
    // the second is a slip of its releases up to 1.7: of several alternatives the last one is left
    choices: [data(['gen_ai.content.completion', 'gen_ai.completion.[i]'], (value) => some(toChoices(value)))],
    embeddingInput: [data(PROMPT, list)],
    input: [data('gen_ai.workflow.input', (value) => value)],
    output: [data('gen_ai.workflow.output', (value) => value)],
    timeToFirstTokenMs: [seconds('gen_ai.server.time_to_first_token', 'gen_ai.server.ttft')],
    environment: [text('gen_ai.environment', 'deployment.environment')],
  },
};
