import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

function bare(spec: SpanSpec) {
  const map = createMapper({ version: '0', captureContent: false });
  return JSON.parse(map([{ span: spanOf(spec), project: PROJECT }]).calls[0]?.json.toString() ?? '');
}

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
