import { describe, expect, it } from '@jest/globals';
import { contentEvent, isAnswer } from '../../src/core/content-log.ts';
import type { LogRecord } from '../../src/core/log-record.ts';
import { attributesOf } from '../support/spans.ts';

const record = (change: Partial<LogRecord>): LogRecord => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  eventName: '',
  timeNs: 7n,
  body: null,
  attributes: new Map(),
  scopeName: '',
  ...change,
});

describe('a log record as an event of its span', () => {
  it.each<[string, Partial<LogRecord>, [string, Record<string, unknown>] | undefined]>([
    [
      'the message in the body, the name in an attribute',
      { body: attributesOf({ content: 'Hi' }), attributes: attributesOf({ 'event.name': 'gen_ai.user.message' }) },
      ['gen_ai.user.message', { 'event.name': 'gen_ai.user.message', content: 'Hi' }],
    ],
    [
      'messages in attributes, the name in its field',
      {
        eventName: 'gen_ai.client.inference.operation.details',
        attributes: attributesOf({ 'gen_ai.input.messages': '[]' }),
      },
      ['gen_ai.client.inference.operation.details', { 'gen_ai.input.messages': '[]' }],
    ],
    ['a body that is text', { eventName: 'gen_ai.choice', body: 'Hi' }, ['gen_ai.choice', { content: 'Hi' }]],
    [
      'the name in the body',
      { body: 'claude_code.assistant_response', attributes: attributesOf({ response: 'Hi' }) },
      ['claude_code.assistant_response', { response: 'Hi' }],
    ],
    ['an event that is no content', { eventName: 'session.start' }, undefined],
    ['a record outside of any span', { eventName: 'gen_ai.choice', spanId: '' }, undefined],
  ])('has %s', (_what, change, expected) => {
    const event = contentEvent(record(change));
    expect(
      event && [event.name, Object.fromEntries([...event.attributes].map(([key, value]) => [key, value]))],
    ).toEqual(expected);
  });

  it.each([
    ['gen_ai.choice', {}, true],
    ['gen_ai.client.inference.operation.details', { 'gen_ai.output.messages': [] }, true],
    ['gen_ai.client.inference.operation.details', { 'gen_ai.input.messages': [] }, false],
    ['gen_ai.user.message', {}, false],
  ])('%s with %j: an answer? %s', (name, attributes, expected) => {
    expect(isAnswer({ name, timeNs: 0n, attributes: attributesOf(attributes), droppedAttributesCount: 0 })).toBe(
      expected,
    );
  });
});
