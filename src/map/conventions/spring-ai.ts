import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, data, list, named, text, when, word } from '../rule.ts';
import { textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  chat_client: 'chain',
  advisor: 'task',
  tool_call: 'tool',
  vector_store: 'retriever',
};

/** Spring AI and LangChain4j through Micrometer, beside the GenAI keys. */
export const springAi: Convention = {
  name: 'spring-ai',
  title: 'Spring AI, LangChain4j',
  prefixes: ['spring.ai.', 'db.vector.query.'],
  rules: {
    kind: [
      // the vector store's other operations add and delete
      when<Kind>(
        ['db.operation.name'],
        (view) => /^(add|delete)$/.test(textAt(view, 'db.operation.name') ?? ''),
        'task',
      ),
      word('spring.ai.kind', KINDS),
      when<Kind>(['db.vector.query.content', 'db.vector.query.response.documents'], () => true, 'retriever'),
    ],
    input: [data(['spring.ai.chat.client.input', 'spring.ai.chat.client.user.text'], decoded)],
    output: [data('spring.ai.chat.client.output', decoded)],
    system: [data('spring.ai.chat.client.system.text', (value) => value)],
    toolName: [text('spring.ai.tool.definition.name')],
    toolCallId: [text('spring.ai.tool.call.id')],
    toolDescription: [text('spring.ai.tool.definition.description')],
    toolArguments: [data('spring.ai.tool.call.arguments', decoded)],
    toolResult: [data('spring.ai.tool.call.result', decoded)],
    query: [text('db.vector.query.content')],
    documents: [data('db.vector.query.response.documents', list)],
    threadId: [named('spring.ai.chat.client.conversation.id')],
  },
};
