import { describe, expect, it } from '@jest/globals';
import type { Encoding } from '../../src/core/ports.ts';
import { boundedMessage, encodeAnswer, MAX_MESSAGE_BYTES } from '../../src/receive/otlp-answer.ts';
import { outcomeOf } from '../../src/receive/outcomes.ts';
import { readResponse, readStatus } from './otlp.ts';

const TYPES: readonly (readonly [Encoding, string])[] = [
  ['protobuf', 'application/x-protobuf'],
  ['json', 'application/json'],
];

it('says nothing on full success: no bytes in protobuf, {} in JSON', () => {
  expect(encodeAnswer(outcomeOf('success'), 'protobuf')).toHaveLength(0);
  expect(encodeAnswer(outcomeOf('success'), 'json').toString()).toBe('{}');
});

describe.each(TYPES)('in %s', (encoding, type) => {
  it.each([0, 1, 2 ** 31, 2 ** 53 - 1])('says that %d spans were rejected', (rejected) => {
    const answer = encodeAnswer(outcomeOf('partial_success', { rejected, message: 'bad ids: «é»' }), encoding);
    const { partialSuccess } = readResponse(answer, type) as { partialSuccess: { rejectedSpans?: string } };
    expect({ rejectedSpans: '0', ...partialSuccess }).toEqual({
      rejectedSpans: String(rejected),
      errorMessage: 'bad ids: «é»',
    });
  });

  it.each([0, 1, 999, 1000, 2500, 86_400_000])('says when to come again: in %d ms', (retryAfterMs) => {
    const answer = encodeAnswer(outcomeOf('full', { message: 'full', retryAfterMs }), encoding);
    expect(readStatus(answer, type)).toEqual({ code: 14, message: 'full', retryAfterMs });
  });

  it('keeps a message within its bound', () => {
    const answer = encodeAnswer(outcomeOf('invalid', { message: 'x'.repeat(10_000_000) }), encoding);
    expect(readStatus(answer, type).message).toBe('x'.repeat(MAX_MESSAGE_BYTES));
  });
});

it.each([
  ['half a character at the cut', `${'x'.repeat(MAX_MESSAGE_BYTES - 1)}é`],
  ['half a surrogate pair', '\ud83d'],
  ['text of three bytes a character', '本'.repeat(MAX_MESSAGE_BYTES)],
])('a bounded message with %s can be sent in a gRPC header', (_name, message) => {
  const bounded = boundedMessage(message);
  expect(bounded.isWellFormed()).toBe(true);
  expect(Buffer.byteLength(bounded)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES + 3);
  expect(() => encodeURI(bounded)).not.toThrow();
});
