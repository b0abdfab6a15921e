import { describe, expect, it } from '@jest/globals';
import { isRequest, parametersOf, requestParameters, responseId, responseModel } from '../../src/map/bodies.ts';

describe('the body of a request', () => {
  it.each([
    [{ messages: [] }, true],
    [{ contents: [] }, true],
    [{ model: 'm', input: 'x' }, true],
    [{ model: 'm', prompt: 'x' }, true],
    [{ input: 'x' }, false],
    [{ city: 'Oslo', model: 'Golf' }, false],
    ['text', false],
    [null, false],
  ])('%j is one: %s', (value, expected) => {
    expect(isRequest(value)).toBe(expected);
  });

  it.each([
    ['beside the messages', { model: 'm', messages: [], temperature: 0.2, stop: null }, { temperature: 0.2 }],
    ['together', { messages: [], config: { topP: 0.9, stopSequences: ['END'] } }, { top_p: 0.9, stop: ['END'] }],
    ['nowhere', { messages: [], config: {} }, undefined],
    ['in no request', { temperature: 0.2 }, undefined],
  ])('has its parameters %s', (_, body, expected) => {
    expect(requestParameters(body)).toEqual(expected);
  });

  it('loses no parameter of a strange name', () => {
    expect(parametersOf({ constructor: 1, toString: 2 })).toEqual({ constructor: 1, toString: 2 });
  });
});

describe('the body of a response', () => {
  it.each([
    [{ id: 'r1', model: 'm', choices: [] }, 'r1', 'm'],
    [{ responseId: 'r1', modelVersion: 'm', candidates: [] }, 'r1', 'm'],
    [{ id: 'user-7', model: 'Golf' }, undefined, undefined],
  ])('%j has id %s and model %s', (body, id, model) => {
    expect(responseId(body)).toBe(id);
    expect(responseModel(body)).toBe(model);
  });
});
