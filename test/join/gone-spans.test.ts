import { describe, expect, it } from '@jest/globals';
import { createGoneSpans, MAX_GONE } from '../../src/join/gone-spans.ts';

describe('createGoneSpans', () => {
  it('remembers no more spans than it may', () => {
    const gone = createGoneSpans();
    const span = { kind: 'chat', why: 'no_records' } as const;
    for (let number = 0; number <= MAX_GONE; number += 1) gone.add(String(number), span);
    expect([gone.find('0'), gone.find('1')]).toEqual([undefined, span]);
  });

  it('forgets a span that has come again', () => {
    const gone = createGoneSpans();
    gone.add('a', { kind: 'chat', why: 'no_records' });
    gone.forget('a');
    expect(gone.find('a')).toBeUndefined();
  });
});
