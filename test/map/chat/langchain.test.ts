import { describe, expect, it } from '@jest/globals';
import { toolResultIn, withoutWrapping } from '../../../src/map/chat/langchain.ts';

const message = {
  lc: 1,
  type: 'constructor',
  id: ['langchain_core', 'messages', 'AIMessage'],
  kwargs: { content: 'Hi' },
};

describe("LangChain's wrapping", () => {
  it.each<[string, unknown, unknown]>([
    ['an output', { output: message }, message],
    ['a prompt value', { lc: 1, kwargs: { messages: [message] } }, { messages: [message] }],
    ['a command', { update: { messages: [message] } }, { messages: [message] }],
    ['commands in an output', { output: [{ update: { messages: [message] } }] }, { messages: [message] }],
  ])('is taken off %s', (_, value, expected) => {
    expect(withoutWrapping(value)).toEqual(expected);
  });

  it.each<[unknown]>([
    [{ output: 'done' }],
    [{ output: message, at: 7 }],
    [[{ update: { messages: [] } }, { goto: 'end' }]],
    [{ update: { count: 1 } }],
    [[]],
    ['text'],
    [null],
  ])('is not seen in %j', (value) => {
    expect(withoutWrapping(value)).toEqual(value);
    expect(toolResultIn(value)).toEqual(value);
  });

  it('leaves the content of a tool message', () => {
    const tool = (content: unknown) => ({ output: { lc: 1, id: ['ToolMessage'], kwargs: { content } } });
    expect(toolResultIn(tool('{"a":1}'))).toEqual({ a: 1 });
    expect(toolResultIn(tool('rain'))).toBe('rain');
    expect(toolResultIn(tool([{ type: 'text', text: 'rain' }]))).toEqual([{ type: 'text', text: 'rain' }]);
  });
});
