import { describe, expect, it } from '@jest/globals';
import { contentEvent, isAnswer, joinIdOfRecord, joinIdOfSpan } from '../../src/core/content-log.ts';
import type { LogRecord } from '../../src/core/log-record.ts';
import { attributesOf, spanOf } from '../support/spans.ts';

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
    [
      'what an evaluator found',
      { eventName: 'gen_ai.evaluation.result', attributes: attributesOf({ 'gen_ai.evaluation.name': 'relevance' }) },
      ['gen_ai.evaluation.result', { 'gen_ai.evaluation.name': 'relevance' }],
    ],
    [
      'what a tool of Claude Code was asked',
      { body: 'claude_code.tool_result', attributes: attributesOf({ tool_use_id: 't-1', tool_input: '{}' }) },
      ['claude_code.tool_result', { tool_use_id: 't-1', tool_input: '{}' }],
    ],
    [
      'the end of a tool of Claude Code, where its input is not recorded',
      { body: 'claude_code.tool_result', attributes: attributesOf({ tool_use_id: 't-1' }) },
      undefined,
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
    ['gen_ai.evaluation.result', { 'gen_ai.evaluation.name': 'relevance' }, false],
  ])('%s with %j: an answer? %s', (name, attributes, expected) => {
    expect(isAnswer({ name, timeNs: 0n, attributes: attributesOf(attributes), droppedAttributesCount: 0 })).toBe(
      expected,
    );
  });
});

describe('what joins a record to its span', () => {
  const SCOPE = 'com.anthropic.claude_code.tracing';
  const tool = (type: string) => spanOf({ scope: SCOPE, attributes: { 'span.type': type, tool_use_id: 't-1' } });
  const result = record({
    body: 'claude_code.tool_result',
    spanId: '00f067aa0ba902b7',
    attributes: attributesOf({ tool_use_id: 't-1', tool_input: '{}' }),
  });

  it('is the id of the span', () => {
    const answer = record({ eventName: 'gen_ai.choice', attributes: attributesOf({ tool_use_id: 't-1' }) });
    expect(joinIdOfRecord(answer)).toBe(joinIdOfSpan(spanOf({ id: answer.spanId })));
    expect(joinIdOfRecord(answer)).not.toBe(joinIdOfSpan(spanOf({ id: '00f067aa0ba902b7' })));
  });

  it('is the use of the tool where Claude Code logs on another span, and the tool alone has it', () => {
    expect(joinIdOfSpan(tool('tool'))).toBe(joinIdOfRecord(result));
    expect(joinIdOfSpan(tool('claude_code.tool'))).toBe(joinIdOfRecord(result));
    expect(joinIdOfSpan(tool('tool.execution'))).not.toBe(joinIdOfRecord(result));
    expect(joinIdOfSpan(spanOf({ attributes: { 'span.type': 'tool', tool_use_id: 't-1' } }))).not.toBe(
      joinIdOfRecord(result),
    );
    const elsewhere = { ...result, traceId: '1af7651916cd43dd8448eb211c80319c' };
    expect(joinIdOfSpan(tool('tool'))).not.toBe(joinIdOfRecord(elsewhere));
  });

  it('is the call of the tool where Codex logs on a span inside it, and the span of the tool alone has it', () => {
    const codex = (name: string, tool_name = 'exec_command') =>
      joinIdOfSpan(spanOf({ scope: 'codex_exec', name, attributes: { tool_name, call_id: 'call_1' } }));
    const logged = joinIdOfRecord(
      record({
        eventName: 'event otel/src/events/session_telemetry.rs:1',
        spanId: '00f067aa0ba902b7',
        attributes: attributesOf({ 'event.name': 'codex.tool_result', call_id: 'call_1', output: 'ok' }),
      }),
    );
    expect([codex('exec_command'), codex('handle_tool_call')]).toEqual([logged, logged]);
    expect(codex('observation')).not.toBe(logged);
  });
});
