import type { Kind } from '../reading.ts';
import { type Convention, custom, data, gather, text } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

const METHOD = 'mcp.method.name';
const CALL = 'tools/call';

/** The Python SDK's clients say `MCP send tools/call weather`. */
const TARGET = /^(?:MCP send )?tools\/call (\S.*)$/;

const isCall = (view: SpanView) => textAt(view, METHOD) === CALL;

/** https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md: spans `{method} {target}` of clients and servers. */
export const mcp: Convention = {
  name: 'mcp',
  title: 'Model Context Protocol',
  prefixes: ['mcp.'],
  rules: {
    kind: [
      custom<Kind>([METHOD], (view) => {
        if (textAt(view, METHOD) === undefined) return undefined;
        return isCall(view) ? 'tool' : 'chain';
      }),
    ],
    // a resource's address is no name of an op
    opName: [custom([METHOD], (view) => (isCall(view) ? undefined : textAt(view, METHOD)))],
    input: [gather({ 'mcp.resource.uri': 'uri' })],
    output: [data('mcp.response.value', (value) => value)],
    toolName: [custom([], (view) => (isCall(view) ? TARGET.exec(view.span.name)?.[1] : undefined))],
    failure: [text('error.type')],
  },
};
