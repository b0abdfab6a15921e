import { describe, expect, it } from '@jest/globals';
import { toChoices } from '../../../src/map/chat/choices.ts';

const said = (content: string | null, finish: string | null = null, index = 0) => ({
  index,
  message: { role: 'assistant', content },
  finish_reason: finish,
});

const ANSWERS: readonly (readonly [string, unknown, unknown])[] = [
  ['text', 'Hi', [said('Hi')]],
  [
    'GenAI output messages, one a choice',
    [
      { role: 'assistant', parts: [{ type: 'text', content: 'A' }], finish_reason: 'stop' },
      { role: 'assistant', parts: [{ type: 'text', content: 'B' }], finish_reason: 'max_tokens' },
    ],
    [said('A', 'stop'), said('B', 'length', 1)],
  ],
  [
    "chunks of Gemini's stream, joined into one answer",
    [
      { candidates: [{ content: { role: 'model', parts: [{ text: 'It is ' }] } }] },
      { candidates: [{ content: { role: 'model', parts: [{ text: 'sunny.' }] }, finishReason: 'STOP' }] },
      { candidates: [], usageMetadata: { promptTokenCount: 57 } },
    ],
    [said('It is sunny.', 'stop')],
  ],
  [
    'streamed pieces without reasons, joined into one answer',
    [
      { role: 'model', parts: [{ text: 'It is ' }] },
      { role: 'model', parts: [{ text: 'sunny.' }] },
    ],
    [said('It is sunny.')],
  ],
  [
    'a whole conversation: the last answer',
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Wait' },
      { role: 'user', content: 'And?' },
      { role: 'assistant', content: 'Done' },
    ],
    [said('Done')],
  ],
  [
    'an OpenAI chat completion',
    { id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] },
    [said('Hi', 'stop')],
  ],
  [
    'an OpenAI response',
    {
      object: 'response',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }],
    },
    [said('Hi')],
  ],
  [
    'an OpenAI response with an item of a kind still to come',
    {
      output: [
        { type: 'hologram', depth: 3 },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
      ],
    },
    [said('{"type":"hologram","depth":3}Hi')],
  ],
  [
    'an Anthropic message',
    { id: 'msg', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
    [said('Hi', 'stop')],
  ],
  [
    'a Gemini response',
    { content: { role: 'model', parts: [{ text: 'Hi' }] }, finish_reason: 'STOP' },
    [said('Hi', 'stop')],
  ],
  [
    'Gemini candidates',
    { candidates: [{ content: { parts: [{ text: 'Hi' }], role: 'model' }, finishReason: 'STOP' }] },
    [said('Hi', 'stop')],
  ],
  [
    'LangChain generations',
    {
      generations: [
        [
          {
            text: 'Hi',
            generationInfo: { finish_reason: 'stop' },
            message: { lc: 1, id: ['x', 'AIMessage'], kwargs: { content: 'Hi' } },
          },
        ],
      ],
    },
    [said('Hi', 'stop')],
  ],
  [
    'a Genkit output',
    { message: { role: 'model', content: [{ text: 'Hi' }] }, finishReason: 'stop' },
    [said('Hi', 'stop')],
  ],
  ['an answer under a name of its own', { completion: 'Hi', id: 'x' }, [said('Hi')]],
  ['data that has an answer among other things', { answer: 'Hi', score: 1 }, [said('{"answer":"Hi","score":1}')]],
  ['nothing', undefined, []],
  ['a question without an answer', [{ role: 'user', content: 'Hi' }], []],
];

describe('toChoices', () => {
  it.each(ANSWERS)('reads %s', (_from, answer, expected) => {
    expect(toChoices(answer)).toEqual(expected);
  });

  it.each([
    ['tool_call', 'tool_calls'],
    ['tool-calls', 'tool_calls'],
    ['tool_use', 'tool_calls'],
    ['end_turn', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['content-filter', 'content_filter'],
    ['pause_turn', 'pause_turn'],
  ])('says %s as %s', (reason, expected) => {
    expect(toChoices([{ role: 'assistant', content: 'x', finish_reason: reason }])[0]?.finish_reason).toBe(expected);
  });
});
