import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { Metadata } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AcceptOutcome } from '../../src/core/ports.ts';
import { checkRequest as check } from '../../src/decode/check.ts';
import { readRequest } from './otlp.ts';
import { closeAll, closeLater, startGrpc, startHttp } from './receivers.ts';

afterEach(closeAll);
afterEach(() => diag.disable());

type ExporterConfig = NonNullable<ConstructorParameters<typeof JsonExporter>[0]>;

interface Sender {
  readonly start: typeof startHttp | typeof startGrpc;
  readonly createExporter: (port: number, config: ExporterConfig) => SpanExporter;
  readonly retries: boolean;
}

function grpcMetadata(values: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) metadata.set(key, value);
  return metadata;
}

const url = (port: number) => `http://127.0.0.1:${port}/v1/traces`;

const SENDERS: readonly (readonly [string, Sender])[] = [
  [
    'JSON over HTTP',
    {
      start: startHttp,
      createExporter: (port, config) => new JsonExporter({ url: url(port), ...config }),
      retries: true,
    },
  ],
  [
    'protobuf over HTTP',
    {
      start: startHttp,
      createExporter: (port, config) => new ProtobufExporter({ url: url(port), ...config }),
      retries: true,
    },
  ],
  [
    'gRPC',
    {
      start: startGrpc,
      createExporter: (port, config) => new GrpcExporter({ url: `http://127.0.0.1:${port}`, ...config }),
      retries: false,
    },
  ],
];

/** Ends `count` spans in an app of its own and flushes; resolves to what the SDK warned of. */
async function send(exporter: SpanExporter, count: number): Promise<string[]> {
  const said: string[] = [];
  const nothing = () => undefined;
  const keep = (message: string, ...rest: unknown[]) => {
    said.push([message, ...rest.map((value) => JSON.stringify(value))].join(' '));
  };
  const logger = { error: keep, warn: keep, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  closeLater(() => provider.shutdown());
  const tracer = provider.getTracer('app');
  for (let index = 0; index < count; index += 1) tracer.startSpan(`span ${index}`).end();
  await provider.forceFlush().catch((error: unknown) => said.push(inspect(error)));
  return said;
}

describe.each(SENDERS)('the OpenTelemetry exporter of %s', (_name, { start, createExporter, retries }) => {
  it.each([undefined, 'gzip'])('gets its spans in, compression %s', async (compression) => {
    const { port, accepted, counted } = await start({ check });
    const config = (compression ? { compression } : {}) as ExporterConfig;
    expect(await send(createExporter(port, config), 100)).toEqual([]);
    expect(accepted.map((raw) => raw.spans)).toEqual([100]);
    const [request] = accepted;
    expect(request && JSON.stringify(readRequest(request.body, request.encoding))).toContain('"span 99"');
    expect(Object.values(counted('receiver_accepted_spans'))).toEqual([100]);
  });

  it('understands that spans were rejected, and why', async () => {
    const { port } = await start({ check }, { defaultProjectKnown: false });
    const said = await send(createExporter(port, {}), 3);
    expect(said.join()).toMatch(/partial success.*3.*name no project/i);
  });

  it('names its project in a header', async () => {
    const { port, accepted } = await start({ check }, { defaultProjectKnown: false });
    const headers = { project_id: 'team/app' };
    const config = retries ? { headers } : { metadata: grpcMetadata(headers) };
    expect(await send(createExporter(port, config), 3)).toEqual([]);
    expect(accepted.map((raw) => [raw.spans, raw.project])).toEqual([[3, 'team/app']]);
  });

  it('does not repeat what was refused for good', async () => {
    let asked = 0;
    const broken = () => {
      asked += 1;
      return { status: 'invalid', message: 'span 2 has no id' } as const;
    };
    const { port } = await start({ check: broken });
    expect((await send(createExporter(port, {}), 3)).join()).toMatch(/400|INVALID_ARGUMENT|span 2 has no id/);
    expect(asked).toBe(1);
  });

  it(`${retries ? 'comes again' : 'gives up'} when the queue is full`, async () => {
    const answers: AcceptOutcome[] = [{ status: 'full', retryAfterMs: 1 }, { status: 'accepted' }];
    const { port, counted } = await start({ check, accept: async () => answers.shift() ?? { status: 'accepted' } });
    const said = await send(createExporter(port, {}), 3);
    expect(said.length > 0).toBe(!retries);
    expect(Object.values(counted('receiver_refused_spans'))).toEqual([3]);
    expect(Object.values(counted('receiver_accepted_spans'))).toEqual(retries ? [3] : []);
  });
});

it('a NodeSDK as it is by default, with metrics and logs, has nothing to complain about', async () => {
  const { port, accepted, counted } = await startHttp({ check });
  const app = new URL('default-node-sdk.ts', import.meta.url).pathname;
  const env = { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [app], { env });
  expect(JSON.parse(stdout)).toEqual([]);
  expect(stderr).toBe('');
  expect(accepted.map((raw) => [raw.signal, raw.spans])).toEqual([['traces', 1]]);
  expect(counted('receiver_dropped_items')).toMatchObject({ logs: 1, metrics: expect.any(Number) });
});
