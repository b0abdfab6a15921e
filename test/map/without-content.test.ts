import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeRequest } from '../../src/decode/request.ts';
import { isContentName } from '../../src/map/content-names.ts';
import { CONVENTIONS } from '../../src/map/conventions/all.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import type { Field } from '../../src/map/reading.ts';
import { CONTENT_FIELDS } from '../../src/map/without-content.ts';
import { attributesOf, J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

function textOf(spec: SpanSpec, captureContent: boolean): string {
  const map = createMapper({ version: '0', captureContent });
  return map([{ span: spanOf(spec), project: PROJECT }]).calls[0]?.json.toString() ?? '';
}

const bare = (spec: SpanSpec) => JSON.parse(textOf(spec, false));

/** What a test plants where content may be: a sentence, a word, and both as data. */
const PLANTED = 'somebody SAID so';
const SHAPES: readonly (readonly [string, unknown])[] = [
  ['a text', PLANTED],
  ['a word', 'SAID'],
  ['messages', J([{ role: 'user', content: PLANTED, parts: [{ type: 'text', content: PLANTED }] }])],
  ['an object in JSON', J({ note: PLANTED, deep: { city: 'SAID', list: ['SAID'] } })],
  ['cut JSON', J({ content: PLANTED, more: 1 }).slice(0, -3)],
  ['a list', ['SAID', PLANTED]],
  ['a kvlist', { city: 'SAID', deep: { content: PLANTED } }],
  ['bytes', Buffer.from(PLANTED)],
];

/** Every place from which a rule reads content, by convention: attribute keys, and names of events. */
const PLACES = CONVENTIONS.map(({ name, scopes, rules }) => {
  const keys = new Set<string>();
  for (const [field, list] of Object.entries(rules) as [Field, readonly { readonly keys: readonly string[] }[]][])
    if (CONTENT_FIELDS.has(field)) for (const key of list.flatMap((rule) => rule.keys)) keys.add(key);
  const [scope] = scopes ?? [];
  return { name, scope: scope?.source.replace(/^\^|\$$|\\/g, '').replace(/\(.*/, '') ?? '', keys: [...keys] };
}).filter(({ keys }) => keys.length > 0);

const CORPUS = resolve(import.meta.dirname, '../fixtures/corpus');

const CHAT = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'm',
  'gen_ai.usage.input_tokens': 5,
  'gen_ai.usage.output_tokens': 2,
};

describe('a call without content', () => {
  it.each<[string, SpanSpec]>([
    [
      'GenAI messages',
      {
        attributes: {
          ...CHAT,
          'gen_ai.input.messages': J([{ role: 'user', content: 'WORDS' }]),
          'gen_ai.system_instructions': 'WORDS',
        },
      },
    ],
    [
      'GenAI events',
      { attributes: CHAT, events: [{ name: 'gen_ai.user.message', attributes: { content: 'WORDS', role: 'user' } }] },
    ],
    [
      'OpenInference messages',
      { attributes: { ...CHAT, 'llm.input_messages.0.message.content': 'WORDS', 'input.value': 'WORDS' } },
    ],
    ['OpenLLMetry prompts', { attributes: { ...CHAT, 'gen_ai.prompt.0.content': 'WORDS' } }],
    [
      'AI SDK prompts',
      {
        attributes: {
          ...CHAT,
          'ai.prompt.messages': J([{ role: 'user', content: 'WORDS' }]),
          'ai.response.text': 'WORDS',
        },
      },
    ],
    [
      'tool arguments and results',
      {
        attributes: {
          'gen_ai.tool.name': 't',
          'gen_ai.tool.call.arguments': J({ q: 'WORDS' }),
          'gen_ai.tool.call.result': 'WORDS',
        },
      },
    ],
  ])('has no %s', (_what, spec) => {
    expect(J(bare(spec))).not.toContain('WORDS');
  });

  it('keeps model, tokens, names, times and errors', () => {
    const call = bare({ name: 'chat m', attributes: CHAT, status: { code: 2, message: 'no luck' } });
    expect(call.attributes.model).toBe('m');
    expect(call.summary.usage.m.input_tokens).toBe(5);
    expect([call.op_name, call.exception, call.started_at]).toEqual(['chat', 'no luck', '2026-11-20T07:44:40.123456Z']);
  });

  it('keeps the tokens that stand inside of content', () => {
    const output = J({
      message: { role: 'model', content: [{ text: 'WORDS' }] },
      usage: { inputTokens: 5, outputTokens: 2 },
    });
    const call = bare({
      attributes: { 'genkit:name': 'm', 'genkit:metadata:subtype': 'model', 'genkit:output': output },
    });
    expect(J(call)).not.toContain('WORDS');
    expect(Object.values(call.summary.usage)).toEqual([expect.objectContaining({ input_tokens: 5, output_tokens: 2 })]);
  });

  it.each(PLACES)('has nothing of what $name reads as content', ({ scope, keys }) => {
    for (const [shape, value] of SHAPES) {
      for (const key of keys) {
        const isEvent = key.startsWith('event ');
        const name = key.replace('event ', '').replace('*', '0.message.content');
        const said = { content: value, body: value, 'gen_ai.input.messages': value, 'tool.value': value };
        const spec = isEvent
          ? { scope, events: [{ name, attributes: said }] }
          : { scope, attributes: { [name]: value } };
        expect([key, shape, textOf(spec, false).includes('SAID')]).toEqual([key, shape, false]);
        if (shape === 'a text') expect([key, textOf(spec, true).includes('SAID')]).toEqual([key, true]);
      }
    }
  });

  it.each<[string, SpanSpec]>([
    [
      'predicted output',
      { attributes: { 'llm.invocation_parameters': J({ temperature: 1, prediction: { content: PLANTED } }) } },
    ],
    [
      'a schema of the answer',
      { attributes: { ...CHAT, 'gen_ai.openai.request.response_format': J({ description: PLANTED }) } },
    ],
    ['stop sequences', { attributes: { ...CHAT, 'gen_ai.request.stop_sequences': [PLANTED] } }],
    [
      'arguments of an MCP tool',
      {
        attributes: {
          'mcp.method.name': 'tools/call',
          'mcp.request.argument.name': 'SAID',
          'mcp.request.argument.n': PLANTED,
        },
      },
    ],
    ['the result of an MCP tool', { attributes: { 'mcp.method.name': 'tools/call', 'mcp.tool.result': PLANTED } }],
    ['attributes for Weave', { attributes: { 'wandb.attributes': J({ note: PLANTED, deep: { city: 'SAID' } }) } }],
    ['metadata', { attributes: { 'langfuse.observation.metadata': J({ question: 'SAID', anything: 'SAID' }) } }],
    [
      'the explanation of an evaluation',
      { attributes: { 'gen_ai.evaluation.name': 'e', 'gen_ai.evaluation.explanation': PLANTED } },
    ],
    [
      'an event that nobody listed',
      {
        attributes: CHAT,
        events: [{ name: 'gen_ai.developer.message', attributes: { content: PLANTED, anything: 'SAID' } }],
      },
    ],
    ['content in an event', { events: [{ name: 'acme', attributes: { 'gen_ai.content.prompt': PLANTED } }] }],
    ['text of a prompt', { attributes: { 'acme.prompt_text': PLANTED } }],
    [
      'a query of a database',
      { attributes: { 'db.statement': PLANTED, 'db.query.text': PLANTED, 'db.query.parameter.name': 'SAID' } },
    ],
    ['bodies of requests', { attributes: { 'http.request.body': PLANTED, 'http.response.body.content': PLANTED } }],
    [
      'a query in a URL',
      {
        attributes: { 'url.full': 'https://h/find?q=SAID', 'http.target': '/find?q=SAID#SAID', 'url.query': 'q=SAID' },
      },
    ],
    ['a long text of any name', { attributes: { 'acme.anything': `${PLANTED} ${'x'.repeat(600)}` } }],
    ['bytes of any name', { attributes: { 'acme.anything': Buffer.from(PLANTED) } }],
    ['the message of a log', { scope: 'logfire', attributes: { 'logfire.msg': PLANTED, 'logfire.span_type': 'log' } }],
    [
      'a failed tool’s output',
      {
        scope: 'livekit-agents',
        name: 'function_tool',
        attributes: {
          'lk.function_tool.name': 't',
          'lk.function_tool.output': PLANTED,
          'lk.function_tool.is_error': true,
        },
      },
    ],
    [
      'a tool’s description',
      {
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 't',
          'gen_ai.tool.description': PLANTED,
        },
      },
    ],
  ])('has no %s', (_what, spec) => {
    expect(textOf(spec, false)).not.toContain('SAID');
  });

  it('keeps numbers, names and labels of objects and events', () => {
    const call = bare({
      attributes: {
        ...CHAT,
        'wandb.attributes': J({ release: 'r7', tenant: 'acme', count: 3, flag: true, note: 'x' }),
        'http.route': '/items/:id',
        'url.full': 'https://h/find?q=x',
        'gen_ai.response.finish_reasons': ['stop'],
        'acme.tenant': 'acme',
        'gen_ai.output.type': 'json',
        'acme.usage.prompt_tokens': 7,
      },
      events: [
        { name: 'gen_ai.choice', attributes: { index: 1, finish_reason: 'stop', message: 'x', role: 'assistant' } },
      ],
    });
    expect(call.attributes).toMatchObject({ release: 'r7', tenant: 'acme', count: 3, flag: true });
    const parameters = { temperature: 0.5, reasoning_effort: 'high', prediction: 'x' };
    const request = bare({
      attributes: { 'openinference.span.kind': 'LLM', 'llm.invocation_parameters': J(parameters) },
    });
    expect(request.attributes.model_parameters).toEqual({ temperature: 0.5, reasoning_effort: 'high' });
    expect(call.otel_dump.attributes).toMatchObject({
      http: { route: '/items/:id' },
      url: { full: 'https://h/find' },
      acme: { tenant: 'acme', usage: { prompt_tokens: 7 } },
    });
    expect(call.otel_dump.events[0].attributes).toEqual({ index: 1, finish_reason: 'stop', role: 'assistant' });
    expect(J(call)).not.toContain('note');
  });

  it('has no content in links', () => {
    const attributes = attributesOf({ 'acme.prompt': PLANTED, 'acme.reason': 'retry' });
    const link = { traceId: '', spanId: '', traceState: '', flags: 0, attributes, droppedAttributesCount: 0 };
    const map = createMapper({ version: '0', captureContent: false });
    const text = map([{ span: { ...spanOf(), links: [link] }, project: PROJECT }]).calls[0]?.json.toString();
    expect(text).toContain('retry');
    expect(text).not.toContain('SAID');
  });

  it('fails where the whole call fails, and only there', () => {
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't' };
    const failed = J({ content: [{ type: 'text', text: PLANTED }], isError: true });
    const thrown = [{ name: 'exception', attributes: { 'exception.type': 'E', 'exception.message': 'handled' } }];
    const specs: readonly SpanSpec[] = [
      { attributes: { ...tool, 'gen_ai.tool.call.result': failed } },
      { attributes: { ...tool, 'gen_ai.tool.call.result': 'fine' }, events: thrown },
      { attributes: tool, events: thrown },
      { attributes: { ...tool, 'error.type': 'E' }, status: { code: 2 } },
    ];
    for (const spec of specs) {
      const whole = JSON.parse(textOf(spec, true));
      expect([spec, bare(spec).summary.status_counts]).toEqual([spec, whole.summary.status_counts]);
    }
    expect(bare(specs[0] ?? {}).exception).toContain('map.capture_content is false');
  });

  it('keeps exceptions whole', () => {
    const stack = `Error: no luck\n${'    at file.ts:1:1\n'.repeat(100)}`;
    const events = [
      { name: 'exception', attributes: { 'exception.message': 'no luck', 'exception.stacktrace': stack } },
    ];
    expect(bare({ status: { code: 2 }, events }).exception).toBe(stack);
  });

  describe('with an error that quotes what was said', () => {
    const QUESTION =
      'Where does Maria Lopez live? She said it was in the north of the city, close to the "old" harbour.';
    const chat = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: QUESTION }] }]),
    };
    const tool = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'find_person',
      'gen_ai.tool.call.arguments': J({ who: 'Maria Lopez', kind: 'home', in: 'city' }),
    };
    const at = '\n    at ask (app.js:1:2)';
    it.each<[string, SpanSpec['attributes'], string, string]>([
      ['whole', chat, `refused: ${QUESTION} (again: ${QUESTION})`, 'refused: [content] (again: [content])'],
      ['cut short', chat, `refused: ${QUESTION.slice(0, 60)}...`, 'refused: [content]...'],
      ['as JSON', chat, `bad body ${J({ text: QUESTION })}`, 'bad body {"text":"[content]"}'],
      ['an argument of a tool', tool, 'find_person knows no Maria Lopez', 'find_person knows no [content]'],
      ['nothing of it', chat, 'The model gpt-4o-mini said no to the user', 'The model gpt-4o-mini said no to the user'],
    ])('%s, has [content] in its place', (_how, attributes, message, expected) => {
      const exception = { 'exception.message': message, 'exception.stacktrace': `Error: ${message}${at}` };
      const spec = {
        attributes: { ...attributes, 'error.message': message },
        events: [{ name: 'exception', attributes: exception }],
        status: { code: 2, message },
      };
      expect(textOf(spec, true)).toContain(J(message).slice(1, -1));
      const call = bare(spec);
      expect(call.exception).toBe(`Error: ${expected}${at}`);
      expect(call.otel_dump.status.message).toBe(expected);
      expect(call.otel_dump.attributes.error.message).toBe(expected);
      if (message !== expected) expect(J(call)).not.toContain('Maria');
    });
  });

  it('has none of the words of a convention that nobody listed', () => {
    expect(
      J(bare({ attributes: { 'acme.llm.prompt': 'WORDS', 'acme.llm.response': 'WORDS', 'acme.llm.model': 'm' } })),
    ).not.toContain('WORDS');
  });

  it.each(readdirSync(CORPUS).filter((name) => !name.includes('.')))(
    'has none of the words that were said in %s',
    (scenario) => {
      const map = createMapper({ version: '0', captureContent: false });
      const files = readdirSync(resolve(CORPUS, scenario)).filter((name) => /^\d+\./.test(name));
      const text = files.map((name) => {
        const decoded = decodeRequest(
          readFileSync(resolve(CORPUS, scenario, name)),
          name.endsWith('.pb') ? 'protobuf' : 'json',
        );
        if (decoded.status !== 'ok') throw new Error(decoded.message);
        const { calls } = map(decoded.spans.map((span) => ({ span, project: PROJECT })));
        return calls.map((call) => call.json.toString()).join('\n');
      });
      expect(text.join('\n')).not.toMatch(/What is the weather|It is 18|helpful weather assistant|Say something about/);
    },
  );
});

describe('the name of a value', () => {
  it.each([
    'acme.userPrompt',
    'acme.user-prompt',
    'genkit:input',
    'input.value',
    'gen_ai.prompt.0.content',
    'system_prompt',
    'mcp.request.argument.id',
    'tool.args.name',
    'db.query.text',
    'messages',
    'acme.response',
    'prompt_text',
  ])('tells of %s that it is content', (key) => {
    expect(isContentName(key)).toBe(true);
  });
  it.each([
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'gen_ai.prompt.name',
    'gen_ai.output.type',
    'http.request.method',
    'messaging.message.id',
    'exception.message',
    'error.message',
    'langfuse.observation.status_message',
    'http.response.status_code',
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.request.model',
    'session.id',
    'user_agent.original',
    'server.address',
  ])('tells of %s that it is none', (key) => {
    expect(isContentName(key)).toBe(false);
  });
});
