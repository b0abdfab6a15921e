import { request } from 'node:http';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { systemClock } from '../../src/core/clock.ts';
import type { Ports } from './bridge.ts';
import type { Dice } from './dice.ts';
import { createSlowExporter } from './slow-exporter.ts';
import { createSpanSource, PROJECTS, type ProjectName } from './spans.ts';
import type { Tally } from './tally.ts';

const MAX_SPANS_A_REQUEST = 40;
const PAUSE_MS = 30;
const TIMEOUT_MS = 2000;
const SENDERS_OF_A_KIND = 3;
const SUCCESS = 0;

/** A span that was answered with success. */
export interface Accepted {
  readonly project: ProjectName;
  readonly name: string;
}

export interface Senders {
  /** By span id. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** No new spans; resolves when all that were begun have been accepted. */
  finish(): Promise<void>;
  /** Gives up, whatever has been accepted. */
  abandon(): void;
}

/** Real exporters. Each sends one request after the other, each of them again until it is answered with success. */
export function startSenders(ports: Ports, dice: Dice, tally: Tally): Senders {
  const accepted = new Map<string, Accepted>();
  const source = createSpanSource(dice);
  let state: 'running' | 'finishing' | 'abandoned' = 'running';

  async function send(exporter: SpanExporter, spans: readonly ReadableSpan[], project: ProjectName): Promise<void> {
    while ((await exported(exporter, spans)) !== SUCCESS) {
      if (state === 'abandoned') return;
      tally.add('requests sent again');
      await systemClock.sleep(PAUSE_MS);
    }
    tally.add('requests');
    for (const span of spans) accepted.set(span.spanContext().spanId, { project, name: span.name });
  }

  async function sendForever(exporter: SpanExporter): Promise<void> {
    while (state === 'running') {
      const project = dice.pick(PROJECTS);
      await send(exporter, source.next(project, dice.integer(1, MAX_SPANS_A_REQUEST)), project);
      await systemClock.sleep(dice.between(0, PAUSE_MS));
    }
    await exporter.shutdown();
  }

  async function breakOffForever(): Promise<void> {
    while (state === 'running') {
      await breakOff(ports, dice);
      tally.add('requests broken off');
      await systemClock.sleep(dice.between(0, 20 * PAUSE_MS));
    }
  }

  const url = `http://127.0.0.1:${ports.http}/v1/traces`;
  const exporters = Array.from({ length: SENDERS_OF_A_KIND }, () => [
    new JsonExporter({ url, timeoutMillis: TIMEOUT_MS }),
    new ProtobufExporter({ url, timeoutMillis: TIMEOUT_MS }),
    new GrpcExporter({ url: `http://127.0.0.1:${ports.grpc}`, timeoutMillis: TIMEOUT_MS }),
    createSlowExporter(url, dice),
  ]).flat();
  const all = Promise.all([...exporters.map(sendForever), breakOffForever()]);
  return {
    accepted,
    async finish() {
      state = 'finishing';
      await all;
    },
    abandon() {
      state = 'abandoned';
    },
  };
}

function exported(exporter: SpanExporter, spans: readonly ReadableSpan[]): Promise<number> {
  return new Promise((resolve) => exporter.export([...spans], ({ code }) => resolve(code)));
}

/** A slow sender that goes away in the middle of its request. */
async function breakOff(ports: Ports, dice: Dice): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': 100_000 };
  const slow = request({ port: ports.http, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers });
  slow.on('error', () => undefined);
  slow.write(Buffer.alloc(dice.integer(1, 50_000)));
  await systemClock.sleep(dice.between(0, 300));
  slow.destroy();
}
