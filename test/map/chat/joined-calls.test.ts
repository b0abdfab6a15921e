import { describe, expect, it } from '@jest/globals';
import { separated } from '../../../src/map/chat/joined-calls.ts';

const call = (name: string, args: string, id?: string) => ({
  ...(id !== undefined && { id }),
  type: 'function' as const,
  function: { name, arguments: args },
});

describe('parallel calls that a stream has run into one', () => {
  it.each([
    [
      'name, id and arguments one after another',
      call('get_weatherget_weather', '{"city":"Oslo"}{"city":"Rome"}', 'call_abc1call_def2'),
      [call('get_weather', '{"city":"Oslo"}', 'call_abc1'), call('get_weather', '{"city":"Rome"}', 'call_def2')],
    ],
    [
      'ids that cannot be told apart: none',
      call('ff', '{"a":1} {"a":2}', 'call_1call_22'),
      [call('f', '{"a":1}'), call('f', '{"a":2}')],
    ],
    [
      'halves of an id that do not begin alike: none',
      call('ff', '{"a":1}{"a":2}', 'call_1all_22'),
      [call('f', '{"a":1}'), call('f', '{"a":2}')],
    ],
    ['the name of the first alone', call('f', '{"a":1}{"a":2}'), [call('f', '{"a":1}'), call('f', '{"a":2}')]],
    [
      'braces inside a text',
      call('f', '{"a":"}{"}{"a":"x"}{"b":{}}', 'c'),
      [call('f', '{"a":"}{"}'), call('f', '{"a":"x"}'), call('f', '{"b":{}}')],
    ],
  ])('get their own back: %s', (_, joined, expected) => {
    expect(separated(joined)).toEqual(expected);
  });

  it.each([
    ['one object', call('ff', '{"a":{"b":1}}', 'call_1call_2')],
    ['an object in a text', call('f', '{"a":"{}{}"}')],
    ['arguments that break off', call('f', '{"a":1}{"a":')],
    ['no JSON', call('f', 'a} {b')],
    ['more cuts than calls of one answer', call('f', '{"a":1}'.repeat(70))],
  ])('leave alone what is no such run: %s', (_, one) => {
    expect(separated(one)).toEqual([one]);
  });
});
