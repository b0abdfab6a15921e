/** https://platform.openai.com/docs/api-reference/responses */
import { type Question, type Reply, type Tool, words } from './reply.ts';

export interface ResponsesRequest {
  readonly model: string;
  readonly instructions?: string;
  readonly input: string | readonly InputItem[];
  readonly tools?: readonly Tool[];
  readonly stream?: boolean;
}

interface InputItem {
  readonly type?: string;
  readonly content?: Content;
  /** Of a `function_call_output`. */
  readonly output?: Content;
}

type Content = string | readonly { readonly text?: string }[];

export function readResponses({ model, instructions, input, tools = [] }: ResponsesRequest): Question {
  const items = typeof input === 'string' ? [{ content: input }] : input;
  const last: InputItem | undefined = items.at(-1);
  return {
    model,
    texts: [instructions ?? '', ...items.map(textOf)].filter((text) => text !== ''),
    toolResult: last?.type === 'function_call_output' ? textOf(last) : undefined,
    tools,
  };
}

function textOf({ content, output }: InputItem): string {
  const value = content ?? output ?? '';
  return typeof value === 'string' ? value : value.map(({ text }) => text ?? '').join(' ');
}

export function response(id: string, model: string, reply: Reply): object {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    model,
    output: [outputItem(id, reply)],
    usage: {
      input_tokens: reply.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: reply.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: reply.inputTokens + reply.outputTokens,
    },
  };
}

export interface ResponseEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

export function* responseEvents(id: string, model: string, reply: Reply): Generator<ResponseEvent> {
  const item = outputItem(id, reply);
  const at = { output_index: 0, item_id: item.id };
  const started = { ...response(id, model, reply), status: 'in_progress', output: [], usage: null };
  yield { type: 'response.created', response: started };
  if (reply.kind === 'text') {
    const part = { ...at, content_index: 0 };
    yield {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    };
    yield { type: 'response.content_part.added', ...part, part: outputText('') };
    for (const delta of words(reply.text)) yield { type: 'response.output_text.delta', ...part, delta };
    yield { type: 'response.output_text.done', ...part, text: reply.text };
    yield { type: 'response.content_part.done', ...part, part: outputText(reply.text) };
  } else {
    yield {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', arguments: '' },
    };
    yield { type: 'response.function_call_arguments.delta', ...at, delta: reply.args };
    yield { type: 'response.function_call_arguments.done', ...at, arguments: reply.args };
  }
  yield { type: 'response.output_item.done', output_index: 0, item };
  yield { type: 'response.completed', response: response(id, model, reply) };
}

function outputItem(id: string, reply: Reply): { readonly id: string } {
  if (reply.kind === 'text') {
    const content = [outputText(reply.text)];
    return { id: `msg_${id}`, ...{ type: 'message', role: 'assistant', status: 'completed', content } };
  }
  const { name, args } = reply;
  return {
    id: `fc_${id}`,
    ...{ type: 'function_call', status: 'completed', call_id: `call_${id}`, name, arguments: args },
  };
}

function outputText(text: string): object {
  return { type: 'output_text', text, annotations: [] };
}
