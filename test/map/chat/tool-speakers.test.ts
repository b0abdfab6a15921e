import { describe, expect, it } from '@jest/globals';
import { toMessages } from '../../../src/map/chat/messages.ts';

const CALLS = {
  role: 'assistant',
  content: '',
  tool_calls: ['Paris', 'Rome'].map((city, at) => ({
    id: `call-${at}`,
    type: 'function',
    function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
  })),
};

describe('who speaks under the name of a tool', () => {
  it('is the tool, and answers the first call that waits for it', () => {
    const reports = ['sunny', 'rainy', 'once more'].map((content) => ({ role: 'get_weather', content }));
    expect(toMessages([CALLS, ...reports]).slice(1)).toEqual([
      { role: 'tool', name: 'get_weather', content: 'sunny', tool_call_id: 'call-0' },
      { role: 'tool', name: 'get_weather', content: 'rainy', tool_call_id: 'call-1' },
      { role: 'tool', name: 'get_weather', content: 'once more' },
    ]);
  });

  it('is a speaker of its own where no such tool was called', () => {
    const spoken = [{ role: 'get_weather', content: 'I am a person' }, CALLS];
    expect(toMessages(spoken)[0]).toEqual(spoken[0]);
    expect(toMessages([CALLS, { role: 'critic', content: 'No.' }])[1]).toEqual({ role: 'critic', content: 'No.' });
  });
});
