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
    [
      'parts that were not understood, and their texts',
      { content: [{ type: 'text', text: '{"message_content":{"type":"image"}}' }, TEXT] },
      { content: [IMAGE, { type: 'text', text: 'a quotation' }, TEXT] },
      { content: [IMAGE, { type: 'text', text: 'a quotation' }, TEXT] },
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

  it('keeps a text that was masked beside a part that was not understood', () => {
    const unread = { type: 'text', text: '{"message_content":{"type":"image"}}' };
    const flat = [{ role: 'user', content: [unread, { type: 'text', text: '__REDACTED__' }] }];
    expect(completedFrom(flat, [{ role: 'user', content: [IMAGE, TEXT] }])).toEqual(flat);
  });

  it('gets the messages back that were left out between others', () => {
    const asked = { role: 'assistant', content: null, tool_calls: [CALL, { ...CALL, id: 'c2' }] };
    const said = (id: string) => ({ role: 'tool', content: id, tool_call_id: id });
    const sent = [{ role: 'user', content: 'Hi' }, asked, said('c1'), said('c2')];
    const flat = [{ role: 'user', content: 'Hi' }, asked, said('c2')];
    expect(completedFrom(flat, sent)).toEqual(sent);
    const masked = [{ role: 'user', content: '__REDACTED__' }, asked, said('c2')];
    expect(completedFrom(masked, sent)).toBe(masked);
  });

  it('gets a part that could not be read', () => {
    const unread = { type: 'text', text: '{"message_content":{"type":"image"}}' };
    const sent = [{ role: 'user', content: [IMAGE, FILE, TEXT] }];
    expect(completedFrom([{ role: 'user', content: [unread, TEXT] }], sent)).toEqual(sent);
  });

  it('is left alone where the request holds another one', () => {
    const flat = [{ role: 'user', content: 'Hi' }];
    expect(completedFrom(flat, [{ role: 'system', content: 'Hi' }])).toBe(flat);
    expect(
      completedFrom(flat, [
        { role: 'user', content: 'Ho' },
        { role: 'user', content: 'More' },
      ]),
    ).toBe(flat);
  });
});
