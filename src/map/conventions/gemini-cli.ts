import { isObject, type Json } from '../chat/message.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, object } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

/** What goes into a span and comes out; development tracing has names of its own for them. */
const INPUT = ['gen_ai.input.messages', 'input-json'];
const OUTPUT = ['gen_ai.output.messages', 'output-json'];

const operation = (view: SpanView) => textAt(view, 'gen_ai.operation.name') ?? view.span.name;

/** The scheduler's request of a tool: `{callId, name, args}`. */
const argumentsIn = (request: unknown) =>
  isObject(request) && isObject(request['args']) ? request['args'] : object(request);

/** What the scheduler reports of a tool: Gemini's response to hand back to the model, or what the user was shown. */
function resultIn(call: unknown): unknown {
  if (!isObject(call) || !isObject(call['response'])) return call;
  const { responseParts, resultDisplay }: Json = call['response'];
  const first: unknown = Array.isArray(responseParts) ? responseParts[0] : undefined;
  const response = isObject(first) ? first['functionResponse'] : undefined;
  return (isObject(response) ? response['response'] : undefined) ?? resultDisplay ?? call;
}

/** https://github.com/google-gemini/gemini-cli: arguments and results of any operation in the keys of messages. */
export const geminiCli: Convention = {
  name: 'gemini-cli',
  title: 'Gemini CLI',
  prefixes: [],
  scopes: [/^gemini-cli$/],
  rules: {
    kind: [
      custom<Kind>(['gen_ai.request.model'], (view) =>
        operation(view) === 'llm_call' && /embedding/.test(textAt(view, 'gen_ai.request.model') ?? '')
          ? 'embedding'
          : undefined,
      ),
    ],
    system: [data('gen_ai.system_instructions', decoded)],
    input: [data(INPUT, (sent) => sent)],
    output: [data(OUTPUT, (received) => received)],
    toolArguments: [data(INPUT, argumentsIn)],
    toolResult: [data(OUTPUT, resultIn)],
    isTurn: [custom(['gen_ai.operation.name'], (view) => operation(view) === 'user_prompt')],
  },
};
