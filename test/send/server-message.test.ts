import { describe, expect, it } from '@jest/globals';
import { MAX_SERVER_MESSAGE_CHARS, serverMessage } from '../../src/send/server-message.ts';

describe('serverMessage', () => {
  it.each([
    ['message before all else', { reason: 'd', detail: 'c', error: 'b', message: 'a' }, 'a'],
    ['error before detail', { reason: 'd', detail: 'c', error: 'b' }, 'b'],
    ['detail before reason', { reason: 'd', detail: 'c' }, 'c'],
    ['reason', { reason: 'Request too large' }, 'Request too large'],
    ['the message inside an error object', { error: { message: 'quota', code: 1 } }, 'quota'],
    ['past a key that says nothing', { message: '', reason: 'd' }, 'd'],
    ['on one line', { reason: 'two\n  lines' }, 'two lines'],
  ])('reads %s', (_, body, expected) => {
    expect(serverMessage(JSON.stringify(body))).toBe(expected);
  });

  it('names each field of a validation error, without the input that is repeated with it', () => {
    const detail = [
      { loc: ['body', 'batch', 0, 'id'], msg: 'Field required', type: 'missing', input: { secret: 'payload' } },
      { loc: ['body', 'batch', 1, 'op_name'], msg: 'String too long', type: 'string_too_long', input: 'payload' },
    ];
    expect(serverMessage(JSON.stringify({ detail }))).toBe(
      'body.batch.0.id: Field required; body.batch.1.op_name: String too long',
    );
  });

  it('names the first five of many validation errors', () => {
    const detail = Array.from({ length: 9 }, (_, index) => ({ loc: ['body', index], msg: 'bad' }));
    expect(serverMessage(JSON.stringify({ detail }))?.split('; ')).toHaveLength(5);
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html>502 Bad Gateway</html>'],
    ['half of an answer', '{"reason":"Req'],
    ['a list', '["reason"]'],
    ['null', 'null'],
    ['an object without a message', '{"code":7,"detail":[]}'],
  ])('finds nothing in %s', (_, body) => {
    expect(serverMessage(body)).toBeUndefined();
  });

  it('shortens a long message', () => {
    const text = serverMessage(JSON.stringify({ reason: 'x'.repeat(10_000) }));
    expect(text).toHaveLength(MAX_SERVER_MESSAGE_CHARS);
    expect(text?.endsWith('…')).toBe(true);
  });
});
