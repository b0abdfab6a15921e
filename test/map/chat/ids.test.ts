import { describe, expect, it } from '@jest/globals';
import { withIds } from '../../../src/map/chat/ids.ts';

const call = (id?: string) => ({
  ...(id !== undefined && { id }),
  type: 'function' as const,
  function: { name: 'f', arguments: '{}' },
});

describe('ids of tool calls', () => {
  it('are the names of the tools where the provider pairs by name', () => {
    const asked = { role: 'assistant', content: null, tool_calls: [call(), call('a')] };
    expect(withIds(asked).tool_calls).toEqual([{ ...call(), id: 'f' }, call('a')]);
    expect(withIds({ role: 'tool', content: 'x', name: 'f' })).toEqual({
      role: 'tool',
      content: 'x',
      name: 'f',
      tool_call_id: 'f',
    });
  });

  it.each([
    { role: 'assistant', content: null, tool_calls: [call('a')] },
    { role: 'tool', content: 'x', name: 'f', tool_call_id: 'a' },
    { role: 'tool', content: 'x' },
    { role: 'user', content: 'x', name: 'ann' },
  ])('stay as they are in %j', (message) => {
    expect(withIds(message)).toBe(message);
  });
});
