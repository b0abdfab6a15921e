import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import protobuf from 'protobufjs';
import { decodeRequest } from '../../src/decode/request.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SPANS_A_REQUEST = 512;
const SPANS_A_TRACE = 8;

/** OTLP requests of one kind. `next()` gives a body whose spans have ids that were never used before. */
export interface Payload {
  readonly name: string;
  readonly contentType: string;
  readonly spansPerRequest: number;
  /** Mean size of a span on the wire. */
  readonly bytesPerSpan: number;
  next(): Buffer;
}

/** The request types of `proto/`, loaded for writing. */
export function requestType(): protobuf.Type {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => resolve(ROOT, 'proto', target.split('/').pop() ?? target);
  root.loadSync('trace_service.proto', { keepCase: true });
  return root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
}

const str = (key: string, value: string) => ({ key, value: { string_value: value } });
const int = (key: string, value: number) => ({ key, value: { int_value: value } });
const double = (key: string, value: number) => ({ key, value: { double_value: value } });

/** A span as an HTTP server instrumentation writes it, about 0.4 KB. */
function smallAttributes(n: number) {
  return [
    str('http.request.method', 'GET'),
    str('url.path', `/items/${n}`),
    str('url.scheme', 'http'),
    str('http.route', '/items/:id'),
    int('http.response.status_code', 200),
    str('server.address', 'shop.example'),
    int('server.port', 8080),
    str('client.address', '10.1.2.3'),
    str('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64)'),
    str('network.protocol.version', '1.1'),
  ];
}

const WORDS =
  'the quick weather in Paris is 18°C and "sunny" today, which is why nobody\nstays at home for long '.split(' ');

function prose(length: number, seed: number): string {
  let text = '';
  for (let at = seed; text.length < length; at += 7) text += `${WORDS[at % WORDS.length]} `;
  return text.slice(0, length);
}

/** A model call in the GenAI conventions whose question and answer are `chars` long together. */
function llmAttributes(n: number, chars: number) {
  const system = prose(chars / 5, n);
  const question = prose((chars * 2) / 5, n + 3);
  const answer = prose((chars * 2) / 5, n + 5);
  return [
    str('gen_ai.operation.name', 'chat'),
    str('gen_ai.provider.name', 'openai'),
    str('gen_ai.request.model', 'gpt-4o'),
    int('gen_ai.request.max_tokens', 200),
    double('gen_ai.request.temperature', 0.2),
    str('gen_ai.system_instructions', JSON.stringify([{ type: 'text', content: system }])),
    str('gen_ai.input.messages', JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: question }] }])),
    str(
      'gen_ai.output.messages',
      JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: answer }], finish_reason: 'stop' }]),
    ),
    { key: 'gen_ai.response.finish_reasons', value: { array_value: { values: [{ string_value: 'stop' }] } } },
    str('gen_ai.response.id', `chatcmpl-${n}`),
    str('gen_ai.response.model', 'gpt-4o-2026-06-01'),
    int('gen_ai.usage.input_tokens', 57),
    int('gen_ai.usage.output_tokens', 12),
    int('gen_ai.usage.cache_read.input_tokens', 32),
    str('gen_ai.conversation.id', `session-${n % 40}`),
    str('server.address', 'api.openai.com'),
    int('server.port', 443),
    str('app.tenant', `tenant-${n % 10}`),
  ];
}

/** Made-up spans of one kind, in traces of eight, in requests of 512 as a batch span processor sends them. */
export function synthetic(name: string, attributes: (n: number) => readonly object[]): Payload {
  const type = requestType();
  const marks = Array.from({ length: SPANS_A_REQUEST }, (_, at) => mark(at + 1));
  const spans = marks.map((spanId, at) => ({
    trace_id: Buffer.concat([
      mark(0x7000 + Math.floor(at / SPANS_A_TRACE)),
      mark(0x6000 + Math.floor(at / SPANS_A_TRACE)),
    ]),
    span_id: spanId,
    parent_span_id:
      at % SPANS_A_TRACE === SPANS_A_TRACE - 1 ? Buffer.alloc(0) : marks[at - (at % SPANS_A_TRACE) + SPANS_A_TRACE - 1],
    name: name === 'small' ? 'GET /items/:id' : 'chat gpt-4o',
    kind: 3,
    start_time_unix_nano: 1_795_160_680_000_000_000 + at * 1_000_000,
    end_time_unix_nano: 1_795_160_680_500_000_000 + at * 1_000_000,
    attributes: attributes(at),
    status: { code: 1 },
    flags: 257,
  }));
  const resource = {
    attributes: [str('service.name', 'bench'), str('service.version', '1.0.0'), str('host.name', 'box')],
  };
  const template = Buffer.from(
    type
      .encode(
        type.fromObject({
          resource_spans: [{ resource, scope_spans: [{ scope: { name: 'bench', version: '1' }, spans }] }],
        }),
      )
      .finish(),
  );
  const places = idPlaces(template);
  let round = 0;
  return {
    name,
    contentType: 'application/x-protobuf',
    spansPerRequest: SPANS_A_REQUEST,
    bytesPerSpan: template.length / SPANS_A_REQUEST,
    next() {
      round += 1;
      const body = Buffer.from(template);
      for (const place of places) body.writeUInt32BE(round, place);
      return body;
    },
  };
}

/** Eight bytes that appear nowhere else: `round` is written over their first half. */
const MARK = 0xf1e2d3c4;
function mark(n: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(MARK, 0);
  bytes.writeUInt32BE(n, 4);
  return bytes;
}

function idPlaces(body: Buffer): readonly number[] {
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32BE(MARK, 0);
  const places: number[] = [];
  for (let at = body.indexOf(wanted); at >= 0; at = body.indexOf(wanted, at + 4)) places.push(at);
  return places;
}

/** The recorded requests one after the other, as they were sent. Their ids come again in each round. */
export function corpus(): readonly { readonly contentType: string; readonly body: Buffer; readonly spans: number }[] {
  const dir = resolve(ROOT, 'test/fixtures/corpus');
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/\d+\.(pb|json)$/.test(path))
    .sort()
    .map((path) => {
      const body = readFileSync(resolve(dir, path));
      const isJson = path.endsWith('.json');
      return {
        contentType: isJson ? 'application/json' : 'application/x-protobuf',
        body,
        spans: countSpans(body, isJson),
      };
    });
}

function countSpans(body: Buffer, isJson: boolean): number {
  const decoded = decodeRequest(body, isJson ? 'json' : 'protobuf');
  if (decoded.status !== 'ok') throw new Error(decoded.message);
  return decoded.spans.length;
}

/** What is measured, with how many spans a full run sends. */
export const KINDS = [
  { payload: () => synthetic('small', smallAttributes), spans: 300_000 },
  { payload: () => synthetic('llm-2k', (n) => llmAttributes(n, 1100)), spans: 120_000 },
  { payload: () => synthetic('llm-9k', (n) => llmAttributes(n, 8000)), spans: 40_000 },
] as const;
