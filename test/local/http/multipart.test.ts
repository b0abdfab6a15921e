import { describe, expect, it } from '@jest/globals';
import { formParts } from '../../../src/local/http/multipart.ts';

const TYPE = 'multipart/form-data; boundary=x-y';
const form = (text: string) => formParts(TYPE, Buffer.from(text.replaceAll('\n', '\r\n')));

describe('a multipart form', () => {
  it('is read as the platform writes it', async () => {
    const data = new FormData();
    data.set('purpose', 'batch');
    data.set('file', new Blob(['a\r\n--b\r\n\r\n']), 'q "x".jsonl');
    const response = new Response(data);
    const parts = formParts(response.headers.get('content-type') ?? '', Buffer.from(await response.arrayBuffer()));
    expect(parts?.map(({ name, content }) => [name, content.toString()])).toEqual([
      ['purpose', 'batch'],
      ['file', 'a\r\n--b\r\n\r\n'],
    ]);
  });

  it.each<[string, readonly string[] | undefined]>([
    ['--x-y\nContent-Disposition: form-data; name="a"\n\n1\n--x-y--\n', ['a=1']],
    ['preamble\n--x-y\ncontent-disposition: form-data; filename="f"; name="a"\n\n\n--x-y--', ['a=']],
    ['--x-y\nContent-Type: text/plain\n\n1\n--x-y--', []],
    ['--x-y--', []],
    ['--x-y\nContent-Disposition: form-data; name="a"\n\n1', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(form(text)?.map(({ name, content }) => `${name}=${content}`)).toEqual(expected);
  });

  it.each(['application/json', 'multipart/form-data', 'multipart/form-data; boundary='])('is not %s', (type) => {
    expect(formParts(type, Buffer.from('--x--'))).toBeUndefined();
  });

  it('may quote its boundary', () => {
    expect(formParts('multipart/form-data; boundary="x-y"', Buffer.from('--x-y--'))).toEqual([]);
  });
});
