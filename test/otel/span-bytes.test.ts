import { describe, expect, it } from '@jest/globals';
import { estimatedBytes } from '../../src/otel/span-bytes.ts';
import { readableSpan } from '../support/readable-span.ts';

const TEXT = 'x'.repeat(10_000);
const PLAIN = estimatedBytes(readableSpan(1, {}, { name: '' }));

describe('the memory that a span is taken to need', () => {
  it('is more than nothing for a span that holds nothing', () => {
    expect(PLAIN).toBeGreaterThan(500);
  });

  it.each([
    ['an attribute', readableSpan(1, { prompt: TEXT })],
    ['a list', readableSpan(1, { prompts: [TEXT.slice(5000), TEXT.slice(5000)] })],
    ['lists within each other', readableSpan(1, { prompts: [[TEXT.slice(5000)], [[TEXT.slice(5000)]]] })],
    ['objects within each other', readableSpan(1, { request: { messages: [{ role: 'user', content: TEXT }] } })],
    ['the keys of an object', readableSpan(1, { request: { [TEXT]: 1 } })],
    ['its name', readableSpan(1, {}, { name: TEXT })],
    ['its status', readableSpan(1, {}, { status: { code: 2, message: TEXT } })],
    ['the name of an event', readableSpan(1, {}, { events: [{ name: TEXT, time: [0, 0] }] })],
    ['an event', readableSpan(1, {}, { events: [{ name: 'e', time: [0, 0], attributes: { prompt: TEXT } }] })],
    [
      'a link',
      readableSpan(1, {}, { links: [{ context: readableSpan(2).spanContext(), attributes: { prompt: TEXT } }] }),
    ],
  ])('covers the text in %s, two bytes a character', (_where, span) => {
    const more = estimatedBytes(span) - PLAIN;
    expect(more).toBeGreaterThanOrEqual(2 * TEXT.length);
    expect(more).toBeLessThan(2 * TEXT.length + 1000);
  });

  it('comes to an end with an object that holds itself', () => {
    const request: Record<string, unknown> = { prompt: TEXT };
    request['self'] = request;
    expect(estimatedBytes(readableSpan(1, { request }))).toBeGreaterThan(2 * TEXT.length);
  });

  it('counts bytes as bytes, and the keys of many small attributes', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key${n}`, n]));
    expect(estimatedBytes(readableSpan(1, { data: new Uint8Array(5000) })) - PLAIN).toBeGreaterThanOrEqual(5000);
    expect(estimatedBytes(readableSpan(1, many)) - PLAIN).toBeGreaterThan(2000);
  });
});
