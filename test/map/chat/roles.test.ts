import { describe, expect, it } from '@jest/globals';
import { toChoices } from '../../../src/map/chat/choices.ts';
import { toMessages } from '../../../src/map/chat/messages.ts';

describe('who speaks', () => {
  it.each([
    ['Assistant', 'assistant'],
    ['USER', 'user'],
    ['System', 'system'],
    ['TOOL', 'tool'],
    ['CHATBOT', 'assistant'],
    ['Human', 'user'],
    ['planner', 'planner'],
  ])('is known, however it is written: %s', (role, expected) => {
    expect(toMessages([{ role, content: 'Hi' }])).toMatchObject([{ role: expected, content: 'Hi' }]);
  });

  it.each(['Assistant', 'CHATBOT', 'planner'])('answers: %s', (role) => {
    const asked = { role: 'USER', content: 'Hi?' };
    expect(toChoices([asked, { role, content: 'Hi.' }])).toMatchObject([
      { index: 0, message: { role: 'assistant', content: 'Hi.' } },
    ]);
    expect(toChoices([asked])).toEqual([]);
  });

  it("is the first of LangChain's pairs", () => {
    const pairs = [
      ['system', 'Be short.'],
      ['human', 'Weather?'],
    ];
    expect(toMessages({ messages: pairs })).toEqual([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Weather?' },
    ]);
    expect(toMessages([['Oslo', 'Rome']]).map(({ content }) => content)).toEqual(['Oslo', 'Rome']);
  });
});
