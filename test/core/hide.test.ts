import { expect, it } from '@jest/globals';
import { hide } from '../../src/core/hide.ts';

it.each([
  ['the key long-secret is wrong', ['long-secret'], 'the key [redacted] is wrong'],
  ['long-secret, long-secret', ['long-secret'], '[redacted], [redacted]'],
  ['one-secret and two-secret', ['one-secret', 'two-secret'], '[redacted] and [redacted]'],
  ['a body without', ['long-secret'], 'a body without'],
  ['{"detail":"e"}', ['e', '', 'detail'], '{"detail":"e"}'],
])('%s', (text, secrets, shown) => expect(hide(text, secrets)).toBe(shown));
