import { calledWith } from '../called-with.ts';
import { finishReason, toChoices } from '../chat/choices.ts';
import { passedIn, toolMessageIn } from '../chat/langchain.ts';
import { isToolOutput, toolFailureIn, toolOutputIn } from '../chat/llama-index.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { listAt } from '../indexed.ts';
import { parseJson } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import {
  below,
  type Convention,
  count,
  custom,
  data,
  firstEvent,
  gather,
  indexed,
  some,
  text,
  when,
  word,
} from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { parameterRule } from './gen-ai-parameters.ts';

const ENTITY_KINDS: Readonly<Record<string, Kind>> = {
  workflow: 'workflow',
  task: 'task',
  agent: 'agent',
  tool: 'tool',
  session: 'chain',
  handoff: 'task',
};
const REQUEST_KINDS: Readonly<Record<string, Kind>> = {
  chat: 'llm',
  completion: 'llm',
  acompletion: 'llm',
  embedding: 'embedding',
  rerank: 'reranker',
};

/** What a decorated function was called with, or what LangChain's callback was told. */
function passed(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (value['inputs'] !== undefined) return value['inputs'];
  const names = Object.keys(value).sort().join();
  // its instrumentation of MCP
  if (names === 'arguments,tool_name') return value['arguments'];
  // LangGraph's tools in JavaScript
  if (names === 'args') return calledWith({ ...value, kwargs: {} });
  const told = passedIn(value);
  return told === value ? calledWith(value) : told;
}

/** LangChain's callback wraps what came out the same way: `{outputs, kwargs}`, of a tool `{output, kwargs}`. */
function returned(value: unknown): unknown {
  if (!isObject(value)) return value;
  return value['outputs'] ?? (isObject(value['kwargs']) ? value['output'] : undefined) ?? value;
}

/** Of LlamaIndex each method is a task: `vector_index_retriever.retrieve`, `base_embedding.get_query_embedding`. */
function methodKind(view: SpanView): Kind | undefined {
  if (textAt(view, 'traceloop.span.kind') !== 'task') return undefined;
  const { name } = view.span;
  if (/_embedding\.get_\w*embeddings?$/.test(name)) return 'embedding';
  return /_(retriever|engine)\.retrieve$/.test(name) ? 'retriever' : undefined;
}

/** LangChain's callback knows the class of a tool only; the message with its result has the name. */
const toolOfMessage = data('traceloop.entity.output', (output) => {
  const message = toolMessageIn(returned(output));
  return message && 'tool_call_id' in message ? textOf(message, 'name') : undefined;
});

const DOCUMENTS = 'documents.';

/** What a reranking was given, where each document is an attribute and the question a prompt (Cohere's, in JavaScript). */
function reranked(view: SpanView): unknown {
  const documents = listAt(view, DOCUMENTS)?.map((item) => (isObject(item) ? (item['index'] ?? item) : item));
  if (!documents || textAt(view, 'llm.request.type') !== 'rerank') return undefined;
  const [asked] = listAt(view, 'gen_ai.prompt.') ?? [];
  const query = isObject(asked) ? textOf(asked, 'user', 'content') : undefined;
  return { ...(query !== undefined && { query }), documents };
}

/** How it ranked them: `gen_ai.completion.N.relevanceScore`. */
const ranking = (view: SpanView) => (reranked(view) === undefined ? undefined : listAt(view, COMPLETIONS));

/** `gen_ai.completion.N.function_call` is LiteLLM's spelling; a content of `null` is how the SDK says there is none. */
function message(item: unknown): unknown {
  if (!isObject(item)) return item;
  // the prompt of a completion, which is no chat
  if (item['content'] === undefined && typeof item['user'] === 'string') return { role: 'user', content: item['user'] };
  return item['content'] === 'null' ? { ...item, content: null } : item;
}

function choice(item: unknown, index: number) {
  if (!isObject(item)) return { index, message: item };
  const said = isObject(item['message']) ? item['message'] : item;
  return { index, finish_reason: item['finish_reason'], message: { role: 'assistant', ...said } };
}

const outputOf = (view: SpanView) => dataAt(view, 'traceloop.entity.output');

const COMPLETIONS = 'gen_ai.completion.';
const isThought = (item: unknown): item is Json => isObject(item) && item['role'] === 'thinking';

/** Anthropic's models answer once: their thinking, and streamed blocks, come as completions of their own all the same. */
function completions(view: SpanView) {
  const items = listAt(view, COMPLETIONS);
  const isOneAnswer = items?.some(isThought) || /anthropic/i.test(textAt(view, 'gen_ai.system') ?? '');
  if (!items || !isOneAnswer) return items && some(toChoices(items.map(choice)));
  const reason = items.map((item) => isObject(item) && textOf(item, 'finish_reason')).findLast((said) => said);
  return some(
    toChoices(items.map(block)).map((one) => ({ ...one, finish_reason: reason ? finishReason(reason) : null })),
  );
}

/** A piece of an answer: it did not end for a reason of its own. */
function block(item: unknown): unknown {
  if (isThought(item)) return { role: 'assistant', reasoning_content: item['content'] };
  if (!isObject(item)) return item;
  const { finish_reason: _, ...said } = item;
  return { role: 'assistant', ...said };
}

function tool(item: unknown): unknown {
  if (!isObject(item)) return item;
  const schema = item['parameters'] ?? item['arguments'];
  return {
    type: 'function',
    function: {
      name: textOf(item, 'name') ?? '',
      ...(item['description'] !== undefined && { description: item['description'] }),
      ...(schema !== undefined && { parameters: typeof schema === 'string' ? (parseJson(schema) ?? schema) : schema }),
    },
  };
}

/** https://github.com/traceloop/openllmetry: its own workflow keys, and its LLM keys from before it took up the GenAI ones. */
export const openLlmetry: Convention = {
  name: 'openllmetry',
  title: 'OpenLLMetry (Traceloop)',
  prefixes: ['traceloop.', 'gen_ai.', 'llm.'],
  rules: {
    kind: [
      when<Kind>(['gen_ai.guardrail.name'], (view) => textAt(view, 'gen_ai.guardrail.name') !== undefined, 'guardrail'),
      custom(['traceloop.span.kind'], methodKind),
      when<Kind>(['traceloop.entity.output'], (view) => isToolOutput(outputOf(view)), 'tool'),
      word('traceloop.span.kind', ENTITY_KINDS),
      word('llm.request.type', REQUEST_KINDS),
    ],
    opName: [toolOfMessage, text('traceloop.entity.name')],
    displayName: [toolOfMessage, text('traceloop.entity.name')],
    parameters: [parameterRule()],
    messages: [indexed('gen_ai.prompt.', (items) => some(toMessages(items.map(message))))],
    toolDefinitions: ['llm.request.functions.', 'gen_ai.request.functions.'].map((prefix) =>
      indexed(prefix, (items) => items.map(tool)),
    ),
    choices: [custom([`${COMPLETIONS}*`], completions)],
    documents: [custom([`${COMPLETIONS}*`, `${DOCUMENTS}*`], ranking)],
    input: [
      custom(['gen_ai.prompt.*', `${DOCUMENTS}*`], reranked),
      data(['traceloop.entity.input', 'gen_ai.task.input', 'gen_ai.guardrail.input', 'gen_ai.prompt'], passed),
    ],
    output: [
      data(['traceloop.entity.output', 'gen_ai.task.output', 'gen_ai.guardrail.output', 'gen_ai.completion'], returned),
    ],
    toolName: [
      toolOfMessage,
      data('traceloop.entity.output', (value) => (isToolOutput(value) ? textOf(value, 'tool_name') : undefined)),
      custom(['traceloop.entity.name'], (view) =>
        textAt(view, 'traceloop.span.kind') === 'tool' ? textAt(view, 'traceloop.entity.name') : undefined,
      ),
    ],
    toolArguments: [data('traceloop.entity.input', passed)],
    toolResult: [data('traceloop.entity.output', (value) => toolOutputIn(returned(value)))],
    embeddingDimensions: [
      custom(['traceloop.entity.output'], (view) => {
        const vector = methodKind(view) === 'embedding' ? dataAt(view, 'traceloop.entity.output') : undefined;
        const [first] = Array.isArray(vector) ? vector : [];
        return Array.isArray(first) ? first.length : Array.isArray(vector) ? vector.length : undefined;
      }),
    ],
    timeToFirstTokenMs: [firstEvent('gen_ai.content.completion.chunk', 'llm.content.completion.chunk')],
    totalTokens: [count('llm.usage.total_tokens')],
    reasoningTokens: [count('llm.usage.reasoning_tokens')],
    agentName: [text('crewai.agent.role')],
    promptTemplate: [
      gather({ 'traceloop.prompt.template': 'template' }),
      below('traceloop.prompt.template_variables.'),
    ],
    promptName: [text('traceloop.prompt.key')],
    promptVersion: [text('traceloop.prompt.version_name', 'traceloop.prompt.version')],
    failure: [
      data('traceloop.entity.output', toolFailureIn),
      custom(['gen_ai.guardrail.status', 'gen_ai.guardrail.error.message'], (view) => {
        const hasFailed = /^(fail|error)/i.test(textAt(view, 'gen_ai.guardrail.status') ?? '');
        const said = textAt(view, 'gen_ai.guardrail.error.message');
        return hasFailed ? (said ?? `Guardrail ${textAt(view, 'gen_ai.guardrail.name') ?? ''} failed`) : said;
      }),
    ],
    userId: [text('traceloop.association.properties.user_id', 'llm.user', 'user.id')],
    threadId: [
      text(
        'traceloop.association.properties.session_id',
        'traceloop.association.properties.thread_id',
        'traceloop.association.properties.chat_id',
        'session.id',
      ),
    ],
    metadata: [below('traceloop.association.properties.')],
  },
};
