import { describe, expect, it } from '@jest/globals';
import { createIds } from '../../../src/map/chat/ids.ts';
import type { Message } from '../../../src/map/chat/message.ts';

const call = (id?: string) => ({
  ...(id !== undefined && { id }),
  type: 'function' as const,
  function: { name: 'f', arguments: '{}' },
});

describe('ids of tool calls', () => {
  it('are the names of the tools where the provider pairs by name', () => {
    const asked = { role: 'assistant', content: null, tool_calls: [call(), call('a')] };
    const identify = createIds();
    expect(identify(asked).tool_calls).toEqual([{ ...call(), id: 'f' }, call('a')]);
    expect(identify({ role: 'tool', content: 'x', name: 'f' })).toEqual({
      role: 'tool',
      content: 'x',
      name: 'f',
      tool_call_id: 'f',
    });
  });

  it('pair the second call of a tool with its second answer', () => {
    const identify = createIds();
    const answer: Message = { role: 'tool', content: 'x', name: 'f' };
    expect(identify({ role: 'assistant', content: null, tool_calls: [call(), call(), call('a')] }).tool_calls).toEqual([
      { ...call(), id: 'f' },
      { ...call(), id: 'f-2' },
      call('a'),
    ]);
    expect([answer, { ...answer, tool_call_id: 'a' }, answer].map((one) => identify(one).tool_call_id)).toEqual([
      'f',
      'a',
      'f-2',
    ]);
  });

  it('pair answers without a name with the calls in their order', () => {
    const identify = createIds();
    const answer: Message = { role: 'tool', content: 'x' };
    identify({ role: 'assistant', content: null, tool_calls: [call(), call()] });
    expect([answer, answer, answer].map((one) => identify(one).tool_call_id)).toEqual(['f', 'f-2', undefined]);
  });

  it('give an answer without a name none that one with a name has taken', () => {
    const identify = createIds();
    identify({ role: 'assistant', content: null, tool_calls: [call(''), call(), call(), call('')] });
    const answers: readonly Message[] = [
      { role: 'tool', content: 'x', name: 'f' },
      ...Array.from({ length: 3 }, () => ({ role: 'tool', content: 'x' })),
    ];
    expect(answers.map((one) => identify(one).tool_call_id)).toEqual(['f', '', 'f-2', undefined]);
  });

  it('are found in no time for any number of answers', () => {
    const identify = createIds();
    const count = 30_000;
    identify({ role: 'assistant', content: null, tool_calls: Array.from({ length: count }, () => call()) });
    const answer: Message = { role: 'tool', content: 'x' };
    const begin = performance.now();
    for (let at = 1; at < count; at += 1) identify(answer);
    expect(identify(answer).tool_call_id).toBe(`f-${count}`);
    expect(performance.now() - begin).toBeLessThan(1_500);
  });

  it.each([
    { role: 'assistant', content: null, tool_calls: [call('a')] },
    { role: 'tool', content: 'x', name: 'f', tool_call_id: 'a' },
    { role: 'tool', content: 'x' },
    { role: 'user', content: 'x', name: 'ann' },
  ])('stay as they are in %j', (message) => {
    expect(createIds()(message)).toBe(message);
  });
});
