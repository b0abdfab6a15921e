import { describe, expect, it } from '@jest/globals';
import { withPartNames } from '../../../src/map/chat/part-names.ts';

describe('parts of a message', () => {
  it('have a name where Weave’s page would not know them otherwise', () => {
    const audio = { type: 'input_audio', input_audio: { data: 'QQ==', format: 'wav' } };
    const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'x' } };
    expect(withPartNames({ role: 'user', content: [{ type: 'text', text: 'Hi' }, audio, file] }).content).toEqual([
      { type: 'text', text: 'Hi' },
      { ...audio, name: 'input_audio' },
      { ...file, name: 'a.pdf' },
    ]);
  });

  it.each([
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: null },
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] },
    { role: 'user', content: [{ type: 'file', name: 'mine', file: {} }] },
  ])('stay as they are in %j', (message) => {
    expect(withPartNames(message)).toBe(message);
  });
});
