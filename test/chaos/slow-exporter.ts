import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { systemClock } from '../../src/core/clock.ts';
import type { Dice } from './dice.ts';

const PIECES = 5;
const MAX_PAUSE_MS = 400;
const SUCCESS = { code: 0 };
const FAILED = { code: 1 };

/** An exporter on a bad line: its request comes in pieces, with pauses between them. */
export function createSlowExporter(url: string, dice: Dice): SpanExporter {
  return {
    export(spans, done) {
      send(url, bodyOf(spans), dice).then(
        (status) => done(status === 200 ? SUCCESS : FAILED),
        () => done(FAILED),
      );
    },
    shutdown: () => Promise.resolve(),
  };
}

async function send(url: string, body: Buffer, dice: Dice): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const outgoing = request(url, { method: 'POST', headers });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // It may fail while a piece is still to be written.
  answered.catch(() => undefined);
  const size = Math.ceil(body.length / PIECES);
  for (let at = 0; at < body.length; at += size) {
    outgoing.write(body.subarray(at, at + size));
    await systemClock.sleep(dice.between(0, MAX_PAUSE_MS));
  }
  outgoing.end();
  const [answer] = await answered;
  for await (const _ of answer);
  return answer.statusCode;
}

function bodyOf(spans: readonly ReadableSpan[]): Buffer {
  const attributes = attributesOf(spans[0]?.resource.attributes ?? {});
  const scopeSpans = [{ scope: { name: 'slow' }, spans: spans.map(spanOf) }];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }));
}

function spanOf(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext();
  return {
    ...{ traceId, spanId, name: span.name, kind: 1, attributes: attributesOf(span.attributes) },
    startTimeUnixNano: nanosOf(span.startTime),
    endTimeUnixNano: nanosOf(span.endTime),
  };
}

const nanosOf = ([seconds, nanos]: ReadableSpan['startTime']) => `${seconds}${String(nanos).padStart(9, '0')}`;

function attributesOf(attributes: ReadableSpan['attributes']): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) },
  }));
}
