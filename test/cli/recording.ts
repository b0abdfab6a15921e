import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CORPUS = join(import.meta.dirname, '../fixtures/corpus');

/** A protobuf request as an OpenTelemetry SDK sent it. */
export const RECORDING = readFileSync(join(CORPUS, 'oi-openai/001.pb'));
export const RECORDED_SPANS = 11;

/** Requests of one span each, as the Collector's file exporter writes them. */
export const RECORDED_LINES = Array.from({ length: 13 }, (_, index) => {
  const name = `ai7-anthropic/${String(index + 1).padStart(3, '0')}.json`;
  return `${JSON.stringify(JSON.parse(readFileSync(join(CORPUS, name), 'utf8')))}\n`;
});

const traceId = '0af7651916cd43dd8448eb211c80319c';

/** A span that is no LLM's, and one of an LLM below it. */
export const ROOT_AND_CHAT = [
  { traceId, spanId: '00000000000000a1', name: 'GET /chat' },
  {
    ...{ traceId, spanId: '00000000000000a2', parentSpanId: '00000000000000a1', name: 'chat' },
    attributes: [{ key: 'gen_ai.operation.name', value: { stringValue: 'chat' } }],
  },
];

export const otlpLine = (span: object) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });

export function postRecording(http: string | undefined): Promise<Response> {
  return fetch(`http://${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(RECORDING),
  });
}

export function postLine(http: string | undefined, line: string): Promise<Response> {
  return fetch(`http://${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: line,
  });
}

/** The tokens that all calls of a project count together. */
export async function recordedTokens(weaveUrl: string, project: string): Promise<number> {
  const response = await fetch(`${weaveUrl}/calls/stream_query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('api:')}` },
    body: JSON.stringify({ project_id: project }),
  });
  let sum = 0;
  for (const line of (await response.text()).trim().split('\n')) {
    const usage: Record<string, { total_tokens: number }> = JSON.parse(line).summary?.usage ?? {};
    for (const { total_tokens } of Object.values(usage)) sum += total_tokens;
  }
  return sum;
}

/** How many calls of a project a Weave holds. */
export async function recordedCalls(weaveUrl: string, project: string, apiKey = ''): Promise<number> {
  const response = await fetch(`${weaveUrl}/calls/query_stats`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`api:${apiKey}`)}` },
    body: JSON.stringify({ project_id: project }),
  });
  const stats: unknown = await response.json();
  if (typeof stats === 'object' && stats !== null && 'count' in stats) return Number(stats.count);
  throw new Error(`no count in ${JSON.stringify(stats)}`);
}
