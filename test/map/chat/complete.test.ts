import { describe, expect, it } from '@jest/globals';
import { completedFrom } from '../../../src/map/chat/complete.ts';

const CALL = { id: 'c1', type: 'function' as const, function: { name: 'f', arguments: '{}' } };
const IMAGE = { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } };
const FILE = { type: 'file', file: { file_data: 'QQ==' } };
const TEXT = { type: 'text', text: 'Look' };

describe('a flattened conversation', () => {
  it.each([
    [
      'files and details',
      { content: [TEXT, { ...IMAGE, image_url: { url: 'https://x/a.png' } }] },
      { content: [TEXT, IMAGE, FILE] },
      { content: [TEXT, IMAGE, FILE] },
    ],
    ['a refusal', { content: '' }, { content: null, refusal: 'No.' }, { content: '', refusal: 'No.' }],
    [
      'reasoning',
      { content: 'Yo' },
      { content: 'Yo', reasoning_content: 'hm' },
      { content: 'Yo', reasoning_content: 'hm' },
    ],
    ['a name of its own that stays', { content: 'Yo', name: 'bob' }, { content: 'Yo' }, { content: 'Yo', name: 'bob' }],
    [
      'calls and their ids',
      { content: null, tool_calls: [{ ...CALL, id: undefined }] },
      { content: null, tool_calls: [CALL] },
      { content: null, tool_calls: [CALL] },
    ],
  ])('gets what the request has beyond it: %s', (_, flat, sent, whole) => {
    const of = (message: object) => ({ role: 'assistant', ...message }) as never;
    expect(completedFrom([of(flat)], [of(sent)])).toEqual([of(whole)]);
  });

  it('keeps the text that was masked', () => {
    const sent = [{ role: 'user', content: 'My card is 4111' }];
    expect(completedFrom([{ role: 'user', content: '__REDACTED__' }], sent)).toEqual([
      { role: 'user', content: '__REDACTED__' },
    ]);
  });

  it('is left alone where the request holds another one', () => {
    const flat = [{ role: 'user', content: 'Hi' }];
    expect(completedFrom(flat, [{ role: 'system', content: 'Hi' }])).toBe(flat);
    expect(completedFrom(flat, [...flat, { role: 'user', content: 'More' }])).toBe(flat);
  });
});
