import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createMapper } from '../../src/map/map-spans.ts';
import { J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

function bare(spec: SpanSpec) {
  const map = createMapper({ version: '0', captureContent: false });
  return JSON.parse(map([{ span: spanOf(spec), project: PROJECT }]).calls[0]?.json.toString() ?? '');
}

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

  it('has none of the words that were said in any recording', () => {
    const dir = resolve(import.meta.dirname, '../fixtures/corpus');
    expect(readdirSync(dir).length).toBeGreaterThan(20);
    expect(readFileSync(resolve(dir, 'ai6-openai/001.json'), 'utf8')).toContain('Say something about Paris');
  });
});
