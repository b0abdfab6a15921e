import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../src/trigger/http/client.ts';
import { MAX_RETRY_AFTER_MS, meaningOf } from '../../../src/trigger/http/meaning.ts';
import { MAX_SERVER_ERROR_CHARS, serverError } from '../../../src/trigger/http/server-error.ts';

const answered = (httpStatus: number, body = '{}', retryAfter?: string): Answer => ({
  status: 'answered',
  httpStatus,
  body,
  retryAfter,
});

describe('the meaning of an answer', () => {
  it.each<[string, Answer, object]>([
    ['200 with JSON', answered(200, '{"id":1}'), { status: 'done', body: { id: 1 } }],
    [
      '200 with a login page',
      answered(200, '<html>'),
      { status: 'unclear', reason: expect.stringContaining('not with JSON') },
    ],
    ['302', answered(302), { status: 'held', httpStatus: 302, reason: 'HTTP 302' }],
    ['400', answered(400), { status: 'refused', httpStatus: 400, reason: 'HTTP 400' }],
    ['401', answered(401), { status: 'held', httpStatus: 401, reason: 'HTTP 401' }],
    ['403', answered(403), { status: 'held', httpStatus: 403, reason: 'HTTP 403' }],
    ['404', answered(404), { status: 'refused', httpStatus: 404, reason: 'HTTP 404' }],
    ['405', answered(405), { status: 'held', httpStatus: 405, reason: 'HTTP 405' }],
    ['408', answered(408), { status: 'later', reason: 'HTTP 408' }],
    ['413', answered(413), { status: 'refused', httpStatus: 413, reason: 'HTTP 413' }],
    ['422', answered(422), { status: 'refused', httpStatus: 422, reason: 'HTTP 422' }],
    ['429', answered(429), { status: 'later', reason: 'HTTP 429' }],
    ['429 with a wait', answered(429, '{}', '2.5'), { status: 'later', reason: 'HTTP 429', afterMs: 2500 }],
    [
      '429 with a long wait',
      answered(429, '{}', '99999'),
      { status: 'later', reason: 'HTTP 429', afterMs: MAX_RETRY_AFTER_MS },
    ],
    ['429 with a date', answered(429, '{}', 'Fri, 20 Nov 2026 10:00:00 GMT'), { status: 'later', reason: 'HTTP 429' }],
    ['500', answered(500), { status: 'unclear', reason: 'HTTP 500' }],
    ['501', answered(501), { status: 'refused', httpStatus: 501, reason: 'HTTP 501' }],
    ['503', answered(503), { status: 'unclear', reason: 'HTTP 503' }],
    [
      'nothing, from a server that was reached',
      { status: 'failed', reason: 'reset', reached: true },
      { status: 'unclear', reason: 'reset' },
    ],
    [
      'nothing, from one that was not',
      { status: 'failed', reason: 'refused', reached: false },
      { status: 'later', reason: 'refused' },
    ],
    ['an abort', { status: 'aborted' }, { status: 'aborted' }],
  ])('of %s', (_, answer, meaning) => {
    expect(meaningOf(answer)).toEqual(meaning);
  });
});

describe('what a server says about an error', () => {
  it.each([
    [
      { error: { message: 'no file', type: 'not_found_error', param: 'input_file_id', code: null } },
      'no file (not_found_error, input_file_id)',
    ],
    [{ error: { message: 'bad' } }, 'bad'],
    [{ error: 'bad' }, 'bad'],
    [
      { detail: [{ loc: ['query', 'limit'], msg: 'must be at most 100', type: 'x', input: 'SECRET' }] },
      'query.limit: must be at most 100',
    ],
    [{ detail: 'Not Found' }, 'Not Found'],
    [{ reason: 'Kafka producer is not set' }, 'Kafka producer is not set'],
    [{}, undefined],
    [[], undefined],
  ])('%j', (body, said) => {
    expect(serverError(JSON.stringify(body))).toBe(said);
  });

  it('is one line of bounded length, and nothing where there is no JSON', () => {
    expect(serverError(JSON.stringify({ reason: 'a\n b' }))).toBe('a b');
    expect(serverError(JSON.stringify({ reason: 'x'.repeat(9999) }))).toHaveLength(MAX_SERVER_ERROR_CHARS);
    expect(serverError('<html>')).toBeUndefined();
  });
});
