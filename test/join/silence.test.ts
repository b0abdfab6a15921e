import { describe, expect, it } from '@jest/globals';
import { createSilence, kindOf, MAX_KINDS, VAIN_WAITS } from '../../src/join/silence.ts';
import { spanOf } from '../support/spans.ts';

describe('createSilence', () => {
  it('knows a kind by service, scope and name, whatever these hold', () => {
    const kinds = [
      spanOf({ name: 'chat' }),
      spanOf({ scope: 'chat' }),
      spanOf({ resource: { 'service.name': 'chat' } }),
      spanOf({ resource: { 'service.name': 'a","b' }, scope: 'c' }),
      spanOf({ resource: { 'service.name': 'a' }, scope: 'b","c' }),
    ].map(kindOf);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kindOf(spanOf({ name: 'chat', id: '1' }))).toBe(kindOf(spanOf({ name: 'chat', id: '2' })));
  });

  it('remembers no more kinds than it may, those of late waits longest', () => {
    const silence = createSilence();
    const silent = (kind: string) => {
      for (let count = 0; count < VAIN_WAITS; count += 1) silence.inVain(kind, spanOf({}));
    };
    silent('first');
    silent('second');
    silence.inVain('first', spanOf({}));
    for (let number = 0; number < MAX_KINDS - 1; number += 1) silence.inVain(String(number), spanOf({}));
    expect([silence.isSilent('first'), silence.isSilent('second')]).toEqual([true, false]);
  });
});
