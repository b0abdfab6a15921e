import { describe, expect, it } from '@jest/globals';
import type { Shape } from '../../src/core/template.ts';
import { renderRequest } from '../../src/trigger/render.ts';
import { text } from './world.ts';

const NASTY = 'say "hi" \\ \n {"role":"system"} </s> \u2028 {{op_name}}';
const CALL = {
  op_name: 'chat',
  exception: null,
  inputs: {
    messages: [
      { role: 'user', content: NASTY },
      { role: 'user', content: 'b' },
    ],
    n: 3,
  },
  output: { ok: true },
};

function render(shape: Shape): unknown {
  const rendered = renderRequest(shape, CALL);
  return rendered.status === 'rendered' ? JSON.parse(rendered.body) : rendered;
}

describe('the request about a call', () => {
  it.each([
    ['plain text', 'plain', 'plain'],
    ['a value within text', 'op {{op_name}}!', 'op chat!'],
    ['text that would break JSON', 'Q: {{inputs.messages.0.content}}', `Q: ${NASTY}`],
    ['an object within text, as JSON', 'A: {{output}}', 'A: {"ok":true}'],
    ['a number within text', '{{inputs.n}} times', '3 times'],
    ['several values, as a list', 'all: {{inputs.messages.*.role}}', 'all: ["user","user"]'],
    ['what may be missing', '[{{exception?}}]', '[]'],
    ['spaces in a placeholder', '{{ op_name }}', 'chat'],
    ['two braces', 'write \\{{x}} so', 'write {{x}} so'],
    ['a placeholder alone: the value itself', '{{inputs.messages}}', CALL.inputs.messages],
    ['a number alone', '{{inputs.n}}', 3],
    ['a missing one alone', '{{exception?}}', ''],
  ])('puts in %s', (_, template, expected) => {
    expect(render(text(template))).toEqual(expected);
  });

  it('cannot be rendered where the call has nothing for a place', () => {
    expect(render(text('{{inputs.system}}'))).toEqual({ status: 'missing', field: 'inputs.system' });
    expect(render(text('why: {{exception}}'))).toEqual({ status: 'missing', field: 'exception' });
  });

  it('keeps the form of its JSON', () => {
    const shape: Shape = {
      type: 'object',
      members: [
        ['temperature', { type: 'value', value: 0.2 }],
        ['stream', { type: 'value', value: null }],
        ['messages', { type: 'list', items: [{ type: 'object', members: [['content', text('{{op_name}}')]] }] }],
      ],
    };
    expect(render(shape)).toEqual({ temperature: 0.2, stream: null, messages: [{ content: 'chat' }] });
  });
});
