import { describe, expect, it } from '@jest/globals';
import { calledWith } from '../../src/map/called-with.ts';

describe('what a function was called with', () => {
  it.each([
    ['by name', { args: [], kwargs: { city: 'Oslo' } }, { city: 'Oslo' }],
    ['by name, where nothing else is told', { kwargs: { city: 'Oslo' } }, { city: 'Oslo' }],
    ['by place', { args: ['Oslo'], kwargs: {} }, 'Oslo'],
    ['by places', { args: ['Oslo', 2], kwargs: {} }, ['Oslo', 2]],
    ['nothing', { args: [], kwargs: {} }, {}],
    ['parameters of its own', { city: 'Oslo', args: [], kwargs: { days: 2 } }, { city: 'Oslo', days: 2 }],
    ['a flag of smolagents', { args: [], kwargs: { a: 1 }, sanitize_inputs_outputs: true }, { a: 1 }],
  ])('is unwrapped: %s', (_what, value, expected) => {
    expect(calledWith(value)).toEqual(expected);
  });

  it.each([
    ['both', { args: ['Oslo'], kwargs: { days: 2 } }],
    ['a place and a parameter of its own', { city: 'Oslo', args: [1], kwargs: {} }],
    ['a parameter that is called args', { command: 'ls', args: ['-l'] }],
    ['only a parameter that is called args', { args: ['-l'] }],
    ['a parameter that is called kwargs', { query: 'Oslo', kwargs: {} }],
    ['members of other kinds', { args: 'a', kwargs: 'b' }],
    ['a text', 'args'],
  ])('stays whole: %s', (_what, value) => {
    expect(calledWith(value)).toEqual(value);
  });
});
