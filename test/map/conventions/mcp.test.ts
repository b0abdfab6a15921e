import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

describe('spans of the Model Context Protocol', () => {
  it('read a tool call of a client', () => {
    const call = mapOne({
      name: 'tools/call get_weather',
      kind: 3,
      attributes: {
        'mcp.method.name': 'tools/call',
        'mcp.session.id': 'm-1',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'get_weather',
        'gen_ai.tool.call.arguments': J({ city: 'Paris' }),
        'gen_ai.tool.call.result': J({ sky: 'sunny' }),
      },
    });
    expect(call).toMatchObject({
      op_name: 'get_weather',
      display_name: 'get_weather',
      inputs: { city: 'Paris' },
      output: { sky: 'sunny' },
      attributes: { kind: 'tool', weave: { kind: 'tool' }, mcp: { session: { id: 'm-1' } } },
    });
    expect(call['thread_id']).toBeUndefined();
  });

  it.each<[string, Partial<SpanSpec>, string, string, unknown, string | undefined]>([
    [
      'a tool call of a server that names the tool in its span only',
      { name: 'tools/call get_weather', attributes: { 'mcp.method.name': 'tools/call' } },
      'tool',
      'get_weather',
      {},
      undefined,
    ],
    [
      'a failed one whose status does not say so',
      {
        name: 'tools/call get_weather',
        attributes: { 'mcp.method.name': 'tools/call', 'error.type': 'tool_error' },
      },
      'tool',
      'get_weather',
      {},
      'tool_error',
    ],
    [
      'a resource',
      {
        name: 'resources/read file:///a.txt',
        attributes: { 'mcp.method.name': 'resources/read', 'mcp.resource.uri': 'file:///a.txt' },
      },
      'chain',
      'resources/read',
      { uri: 'file:///a.txt' },
      undefined,
    ],
    [
      'a prompt',
      {
        name: 'prompts/get review',
        attributes: { 'mcp.method.name': 'prompts/get', 'gen_ai.prompt.name': 'review' },
      },
      'chain',
      'prompts/get',
      {},
      undefined,
    ],
    [
      'a list of tools',
      { name: 'tools/list', attributes: { 'mcp.method.name': 'tools/list' } },
      'chain',
      'tools/list',
      {},
      undefined,
    ],
  ])('know %s', (_what, spec, kind, opName, inputs, exception) => {
    const call = mapOne(spec);
    expect(call['attributes'].kind).toBe(kind);
    expect(call['op_name']).toBe(opName);
    expect(call['inputs']).toEqual(inputs);
    expect(call['exception']).toBe(exception);
  });

  it('read the answer that OpenLLMetry records', () => {
    const call = mapOne({
      scope: 'opentelemetry.instrumentation.mcp',
      name: 'get_weather.tool',
      attributes: {
        'traceloop.span.kind': 'tool',
        'traceloop.entity.name': 'get_weather',
        'traceloop.entity.input': J({ city: 'Paris' }),
        'mcp.method.name': 'tools/call',
        'mcp.response.value': J({ sky: 'sunny' }),
      },
    });
    expect(call).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Paris' }, output: { sky: 'sunny' } });
  });
});

describe("MCP's SDK for Python and OpenLLMetry's instrumentation of it", () => {
  it('names the tool that a client calls', () => {
    const attributes = { 'mcp.method.name': 'tools/call' };
    const call = mapOne({ name: 'MCP send tools/call weather', attributes });
    expect(call).toMatchObject({ op_name: 'weather', display_name: 'weather', attributes: { kind: 'tool' } });
  });

  it.each<[string, string, unknown, unknown, unknown, unknown]>([
    ['arguments', 'tool', { tool_name: 'w', arguments: { city: 'Oslo' } }, { city: 'Oslo' }, 'sunny', 'sunny'],
    [
      'a resource, which is no conversation',
      'task',
      { method: 'resources/read' },
      { method: 'resources/read' },
      { contents: [{ uri: 'weather://oslo', text: 'sunny' }] },
      { contents: [{ uri: 'weather://oslo', text: 'sunny' }] },
    ],
  ])('read %s', (_what, kind, input, inputs, result, output) => {
    const attributes = {
      'traceloop.span.kind': kind,
      'traceloop.entity.input': JSON.stringify(input),
      'traceloop.entity.output': JSON.stringify(result),
    };
    const call = mapOne({ attributes });
    expect([call['inputs'], call['output']]).toEqual([inputs, output]);
  });
});
