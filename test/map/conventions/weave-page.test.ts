import { describe, expect, it } from '@jest/globals';
import { CONVENTIONS } from '../../../src/map/conventions/all.ts';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';
import { noChatBecause } from '../../support/weave-page.ts';

const HI = [{ role: 'user', content: 'Hi' }];
const PARTS = J([
  {
    role: 'user',
    parts: [
      { type: 'text', content: 'Hi' },
      { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'QQ==' },
      { type: 'file', modality: 'document', file_id: 'f1' },
    ],
  },
]);
/** A tool is called without an id, as Gemini does it, with arguments that are an object. */
const ANSWER = J([
  {
    role: 'assistant',
    parts: [
      { type: 'text', content: 'Yo' },
      { type: 'tool_call', name: 'f', arguments: { a: 1 } },
    ],
  },
]);
const GEN_AI = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'm',
  'gen_ai.input.messages': PARTS,
  'gen_ai.output.messages': ANSWER,
};
const INDEXED = {
  'gen_ai.request.model': 'm',
  'gen_ai.prompt.0.role': 'user',
  'gen_ai.prompt.0.content': 'Hi',
  'gen_ai.completion.0.role': 'assistant',
  'gen_ai.completion.0.content': 'Yo',
};
const REQUEST = J({ model: 'm', messages: HI });
const RESPONSE = J({
  id: 'r',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yo' }, finish_reason: 'stop' }],
});
const ROOT = { role: 'model', content: [{ text: 'Yo' }] };

const event = (name: string, attributes: Readonly<Record<string, unknown>>) => ({ name, attributes });

/** One model call of each convention that has some; those without a row describe what stands around model calls. */
const CALLS: Readonly<Record<string, SpanSpec>> = {
  wandb: { attributes: { 'weave.span.kind': 'llm', model: 'm', input: 'Hi', output: 'Yo' } },
  'weave-agents': {
    attributes: {
      'weave.operation.name': 'chat',
      'weave.request.model': 'm',
      'weave.input.messages': PARTS,
      'weave.output.messages': ANSWER,
    },
  },
  langfuse: {
    scope: 'langfuse-sdk',
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.input': J(HI),
      'langfuse.observation.output': 'Yo',
    },
  },
  langsmith: {
    scope: 'langsmith',
    attributes: { 'langsmith.span.kind': 'llm', 'gen_ai.prompt': REQUEST, 'gen_ai.completion': RESPONSE },
  },
  laminar: { attributes: { 'lmnr.span.type': 'LLM', ...INDEXED } },
  braintrust: {
    attributes: {
      'braintrust.span_attributes': J({ type: 'llm' }),
      'braintrust.metadata': J({ model: 'm' }),
      'braintrust.input_json': J(HI),
      'braintrust.output_json': J([{ role: 'assistant', content: 'Yo' }]),
    },
  },
  mlflow: {
    attributes: { 'mlflow.spanType': J('CHAT_MODEL'), 'mlflow.spanInputs': REQUEST, 'mlflow.spanOutputs': RESPONSE },
  },
  agentops: {
    scope: 'openai',
    attributes: {
      'gen_ai.request.type': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'Hi',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'Yo',
    },
  },
  'llama-index': {
    name: 'OpenAI.chat',
    scope: 'llamaindex.opentelemetry.tracer',
    events: [
      {
        name: 'LLMChatStartEvent',
        attributes: { messages: J([{ role: 'user', blocks: [{ block_type: 'text', text: 'Hi' }] }]) },
      },
      {
        name: 'LLMChatEndEvent',
        attributes: {
          'response.message.role': 'assistant',
          'response.message.blocks': J([{ block_type: 'text', text: 'Yo' }]),
          'response.raw.model': 'm',
        },
      },
    ],
  },
  beeai: {
    attributes: {
      'beeai.version': '0.1.13',
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'm',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': 'Hi',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': 'Yo',
    },
  },
  'mastra-telemetry': {
    name: 'workflow.executionWorkflow.step.llm-execution',
    attributes: {
      componentName: 'executionWorkflow',
      'workflow.executionWorkflow.step.llm-execution.result': J({
        metadata: { request: { body: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] } } },
        output: { text: 'Yo', toolCalls: [] },
      }),
    },
  },
  mastra: { scope: '@mastra/otel-exporter', attributes: { 'mastra.span.type': 'model_inference', ...GEN_AI } },
  genkit: {
    attributes: {
      'genkit:type': 'action',
      'genkit:metadata:subtype': 'model',
      'genkit:name': 'a/m',
      'genkit:input': J({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }),
      'genkit:output': J({ message: ROOT }),
    },
  },
  haystack: {
    attributes: {
      'haystack.component.type': 'OpenAIGenerator',
      'haystack.component.input': J({ prompt: 'Hi' }),
      'haystack.component.output': J({ replies: ['Yo'] }),
    },
  },
  voltagent: {
    attributes: { 'span.type': 'llm', 'entity.type': 'agent', 'llm.model': 'm', 'llm.messages': J(HI), output: 'Yo' },
  },
  openrouter: {
    scope: 'openrouter',
    attributes: {
      'gen_ai.request.model': 'm',
      'gen_ai.prompt': REQUEST,
      'gen_ai.completion': J({ completion: 'Yo', reasoning: 'hm' }),
    },
  },
  litellm: { scope: 'litellm', attributes: { 'llm.request.type': 'acompletion', ...INDEXED } },
  microsoft: {
    scope: 'Microsoft.SemanticKernel',
    attributes: { 'gen_ai.operation.name': 'chat.completions', 'gen_ai.request.model': 'm' },
    events: [
      event('gen_ai.user.message', { 'gen_ai.event.content': J(HI[0]) }),
      event('gen_ai.choice', { 'gen_ai.event.content': J({ message: { role: 'assistant', content: 'Yo' } }) }),
    ],
  },
  openlit: {
    scope: 'openlit',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
    events: [
      event('gen_ai.content.prompt', { 'gen_ai.prompt': 'user: Hi' }),
      event('gen_ai.content.completion', { 'gen_ai.completion': 'Yo' }),
    ],
  },
  'google-adk': {
    scope: 'gcp.vertex.agent',
    name: 'call_llm',
    attributes: {
      'gcp.vertex.agent.llm_request': J({ model: 'm', contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }),
      'gcp.vertex.agent.llm_response': J({
        content: { role: 'model', parts: [{ function_call: { name: 'f', args: { a: 1 } } }] },
      }),
    },
  },
  strands: {
    scope: 'strands.telemetry.tracer',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
    events: [
      event('gen_ai.user.message', {
        content: J([{ text: 'Hi' }, { document: { format: 'pdf', name: 'a', source: { bytes: 'QQ==' } } }]),
      }),
      event('gen_ai.choice', { message: J([{ toolUse: { toolUseId: 't', name: 'f', input: {} } }]) }),
    ],
  },
  'claude-code': {
    scope: 'com.anthropic.claude_code.tracing',
    attributes: { 'span.type': 'llm_request', model: 'm', new_context: 'Hi', 'response.model_output': 'Yo' },
  },
  'anthropic-sdk': { scope: 'com.anthropic.sdk.typescript', attributes: GEN_AI },
  'gemini-cli': {
    scope: 'gemini-cli',
    attributes: {
      'gen_ai.operation.name': 'llm_call',
      'gen_ai.request.model': 'm',
      'gen_ai.input.messages': 'Hi',
      'gen_ai.output.messages': J([{ role: 'model', parts: [{ text: 'Yo' }] }]),
    },
  },
  livekit: {
    scope: 'livekit-agents',
    name: 'llm_node',
    attributes: {
      'lk.chat_ctx': J({
        items: [
          { type: 'message', role: 'user', content: ['Hi', { type: 'image_content', image: 'https://x.test/a.png' }] },
        ],
      }),
      'lk.response.text': 'Yo',
    },
  },
  flue: {
    scope: '@flue/opentelemetry',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'flue.turn.input': J({ messages: HI }),
      'flue.turn.output': J({ role: 'assistant', content: 'Yo' }),
    },
  },
  'pydantic-ai': {
    scope: 'pydantic-ai',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      events: J([
        { 'event.name': 'gen_ai.user.message', content: 'Hi' },
        { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'Yo' } },
      ]),
    },
  },
  logfire: {
    scope: 'logfire.openai',
    attributes: {
      'gen_ai.request.model': 'm',
      request_data: REQUEST,
      response_data: J({ message: { role: 'assistant', content: 'Yo' } }),
    },
  },
  'vercel-ai': {
    scope: 'ai',
    attributes: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.id': 'm',
      'ai.prompt.messages': J(HI),
      'ai.response.text': 'Yo',
      'ai.settings.output': 'object',
    },
  },
  gen_ai: { attributes: GEN_AI },
  openinference: {
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'm',
      'input.value': REQUEST,
      'output.value': RESPONSE,
    },
  },
  openllmetry: { attributes: { 'llm.request.type': 'chat', ...INDEXED } },
  generic: { attributes: { 'acme.llm.prompt': 'Hi', 'acme.llm.completion': 'Yo', 'acme.llm.model': 'm' } },
};

/** What these describe are GenAI's model calls, or none. */
const NO_CALLS = ['crewai', 'spring-ai', 'koog', 'n8n', 'codex', 'mcp', 'vector-db', 'gen_ai-presence'];

describe("Weave's page", () => {
  it('is asked about every convention', () => {
    const names = CONVENTIONS.map(({ name }) => name);
    expect([...Object.keys(CALLS), ...NO_CALLS].sort()).toEqual([...names, 'generic'].sort());
  });

  it.each(Object.entries(CALLS))('takes a model call of %s for a chat', (_, spec) => {
    const call = mapOne(spec);
    expect(call['attributes'].kind).toBe('llm');
    expect(noChatBecause(call)).toBeUndefined();
    expect(call['inputs'].messages).toHaveLength(1);
    expect(call['output'].choices).toHaveLength(1);
  });

  it.each(['stop', undefined])('takes a call of a Mistral model for a chat (finish reason %s)', (reason) => {
    const attributes = { ...GEN_AI, 'gen_ai.request.model': 'mistral-large-latest' };
    expect(noChatBecause(mapOne({ attributes }))).toBeUndefined();
    const counted = {
      ...attributes,
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.response.id': 'r',
    };
    const call = mapOne({ attributes: { ...counted, ...(reason && { 'gen_ai.response.finish_reasons': [reason] }) } });
    expect(noChatBecause(call)).toBeUndefined();
    expect(call['output']).toMatchObject({ id: 'r', model: 'mistral-large-latest', object: 'chat.completion' });
  });

  it('finds no bare text beside messages, which would break it', () => {
    const call = mapOne({
      attributes: { 'openinference.span.kind': 'CHAIN', 'input.value': REQUEST, 'output.value': J({ output: 5 }) },
    });
    expect(noChatBecause(call)).toBeUndefined();
    expect(call['output']).toEqual({ value: { output: 5 } });
  });
});
