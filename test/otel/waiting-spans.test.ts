import { describe, expect, it } from '@jest/globals';
import { createWaitingSpans } from '../../src/otel/waiting-spans.ts';
import { readableSpan } from '../support/readable-span.ts';

const TEXT = 'x'.repeat(10_000);

function waiting(count: number, text = '') {
  const spans = createWaitingSpans();
  for (let n = 1; n <= count; n += 1) spans.add(readableSpan(n, { text }));
  return spans;
}

const names = (spans: readonly { readonly name: string }[]) => spans.map(({ name }) => name);

describe('spans that wait', () => {
  it('come out in the order in which they ended', () => {
    const spans = waiting(5);
    expect(spans.first()?.name).toBe('span 1');
    expect(names(spans.take(2, 1e9))).toEqual(['span 1', 'span 2']);
    expect(names(spans.take(10, 1e9))).toEqual(['span 3', 'span 4', 'span 5']);
    expect(spans.take(10, 1e9)).toEqual([]);
    expect(spans.count()).toBe(0);
    expect(spans.first()).toBeUndefined();
  });

  it('come out within the bytes that are asked for, but at least one', () => {
    const spans = waiting(5, TEXT);
    expect(spans.take(10, 50_000)).toHaveLength(2);
    expect(spans.take(10, 1)).toHaveLength(1);
  });

  it('are measured when that is asked for', () => {
    const spans = waiting(10, TEXT);
    expect(spans.bytes()).toBeGreaterThan(10 * 2 * TEXT.length);
    spans.take(9, 1e9);
    expect(spans.bytes()).toBeLessThan(2 * 2 * TEXT.length);
    spans.take(1, 1e9);
    expect(spans.bytes()).toBe(0);
    spans.add(readableSpan(1, { text: TEXT }));
    expect(spans.bytes()).toBeGreaterThan(2 * TEXT.length);
  });

  it('are taken for as large as the others until they are measured', () => {
    const spans = waiting(2, TEXT);
    expect(spans.unseen()).toBe(2);
    const two = spans.bytes();
    expect(spans.unseen()).toBe(0);
    for (let n = 1; n <= 6; n += 1) spans.add(readableSpan(n));
    expect(spans.unseen()).toBe(6);
    expect(spans.bytes()).toBe(4 * two);
    spans.measure();
    expect(spans.unseen()).toBe(0);
    expect(spans.bytes()).toBeLessThan(2 * two);
    spans.take(1e9, 1e9);
    expect(spans.unseen()).toBe(0);
  });

  it('keep their size when they are changed after they were measured', () => {
    const attributes: Record<string, unknown> = {};
    const spans = createWaitingSpans();
    spans.add(readableSpan(1, attributes));
    expect(spans.bytes()).toBeGreaterThan(0);
    attributes['text'] = TEXT;
    spans.take(1e9, 1e9);
    expect(spans.bytes()).toBe(0);
  });
});
