import { describe, expect, it } from '@jest/globals';
import { mapOne, type SpanSpec } from '../support/spans.ts';

const ERROR = { code: 2 };
const exception = (attributes: Record<string, unknown>) => [{ name: 'exception', attributes }];
/** One of OpenAI's Responses, as OpenInference writes it down. */
const response = (status: string) => ({
  'openinference.span.kind': 'LLM',
  'output.mime_type': 'application/json',
  'output.value': JSON.stringify({
    id: 'resp_1',
    object: 'response',
    status,
    error: status === 'failed' ? { code: 'server_error', message: 'The model is overloaded' } : null,
    output: [],
  }),
});

describe('the exception of a call', () => {
  it.each<[string, SpanSpec, string | undefined]>([
    ['no error', { status: { code: 0 } }, undefined],
    [
      'an exception that was handled',
      { status: { code: 1 }, events: exception({ 'exception.message': 'x' }) },
      undefined,
    ],
    [
      'type and message',
      { status: ERROR, events: exception({ 'exception.type': 'E', 'exception.message': 'bad' }) },
      'E: bad',
    ],
    [
      'a stack that says them',
      {
        status: ERROR,
        events: exception({
          'exception.type': 'E',
          'exception.message': 'bad',
          'exception.stacktrace': 'E: bad\n  at f',
        }),
      },
      'E: bad\n  at f',
    ],
    [
      'a stack that does not',
      {
        status: ERROR,
        events: exception({ 'exception.type': 'E', 'exception.message': 'bad', 'exception.stacktrace': 'at f' }),
      },
      'E: bad\nat f',
    ],
    [
      'the last of several',
      {
        status: ERROR,
        events: [...exception({ 'exception.message': 'first' }), ...exception({ 'exception.message': 'last' })],
      },
      'last',
    ],
    ['the status message', { status: { code: 2, message: 'no luck' } }, 'no luck'],
    [
      'error.type beside it',
      { status: { code: 2, message: 'no luck' }, attributes: { 'error.type': '429' } },
      '429: no luck',
    ],
    ['error.type alone', { status: ERROR, attributes: { 'error.type': 'timeout' } }, 'timeout'],
    ['an HTTP status', { status: ERROR, attributes: { 'http.response.status_code': 503 } }, 'HTTP 503'],
    ['nothing at all', { status: ERROR }, 'Error (the span says no reason)'],
    ['an empty exception event', { status: { code: 2, message: 'm' }, events: exception({}) }, 'm'],
    [
      'an answer that broke off',
      { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.response.finish_reasons': ['error'] } },
      'The model call ended with finish reason error',
    ],
    [
      'an answer of which only the messages say so',
      {
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.output.messages': '[{"role":"assistant","parts":[],"finish_reason":"error"}]',
        },
      },
      'The model call ended with finish reason error',
    ],
    [
      'a step that is no answer',
      { attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.response.finish_reasons': ['error'] } },
      undefined,
    ],
    ['a response that failed', { attributes: response('failed') }, 'server_error: The model is overloaded'],
    [
      'an answer that speaks of a failure',
      { attributes: { ...response('failed'), 'output.value': '{"status":"failed","error":{"message":"no seats"}}' } },
      undefined,
    ],
    ['a response that did not', { attributes: response('completed') }, undefined],
  ])('says %s', (_what, spec, expected) => {
    const call = mapOne(spec);
    expect(call['exception']).toBe(expected);
    expect(call['summary'].status_counts).toEqual(
      expected === undefined ? { success: 1, error: 0 } : { success: 0, error: 1 },
    );
  });

  const LLM = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };
  const TOOL = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'f' };
  const thrown = exception({ 'exception.type': 'E', 'exception.message': 'bad' });

  it.each<[string, SpanSpec, string | undefined]>([
    ['a model call that threw and says nothing more', { attributes: LLM, events: thrown }, 'E: bad'],
    ['a tool that threw and says nothing more', { attributes: TOOL, events: thrown }, 'E: bad'],
    ['a retry that went well', { attributes: { ...LLM, 'gen_ai.usage.output_tokens': 3 }, events: thrown }, undefined],
    [
      'a failed agent that counts no tokens',
      { attributes: { ...LLM, 'gen_ai.usage.output_tokens': 0 }, events: thrown },
      'E: bad',
    ],
    ['an answer after an exception', { attributes: { ...LLM, 'gen_ai.response.id': 'r' }, events: thrown }, undefined],
    [
      'an exception that was caught, by its status',
      { attributes: LLM, events: thrown, status: { code: 1 } },
      undefined,
    ],
    ['an exception in a span of another kind', { events: thrown }, undefined],
    [
      'a tool of MCP that reports an error',
      {
        attributes: {
          ...TOOL,
          'gen_ai.tool.call.result': '{"content":[{"type":"text","text":"no such city"}],"isError":true}',
        },
      },
      'no such city',
    ],
    [
      'the same with its type',
      {
        attributes: {
          ...TOOL,
          'error.type': 'tool_error',
          'gen_ai.tool.call.result': '{"content":"no","isError":true}',
        },
      },
      'tool_error: no',
    ],
    [
      'a tool that reports none',
      { attributes: { ...TOOL, 'gen_ai.tool.call.result': '{"content":[],"isError":false}' } },
      undefined,
    ],
  ])('is told of %s where the status is not', (_what, spec, expected) => {
    expect(mapOne(spec)['exception']).toBe(expected);
  });
});
