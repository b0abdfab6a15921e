/** What the scenarios share: a broker, a stand-in for Weave that counts, bridges, and a producer of export requests. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, Producer } from '@platformatic/kafka';
import { type Measured, startProcess } from '../bench/process.ts';
import { type Life, startBridge } from '../chaos/bridge.ts';
import { asJson, asProtobuf, traceRequest } from '../receive/otlp.ts';
import { freePort } from '../support/free-port.ts';
import type { Broker } from './broker.ts';

export const SPANS_A_MESSAGE = 10;
const WAIT_MS = 90_000;

export interface Counted {
  /** Calls that came, and how many different ones. */
  readonly calls: number;
  readonly unique: number;
}

export interface World {
  readonly broker: Broker;
  topic(partitions: number): Promise<string>;
  /** The name of the topic that is made next. */
  nextTopic(): string;
  grow(topic: string, partitions: number): Promise<void>;
  /** Answers how many spans that were. */
  produce(topic: string, messages: number, form?: Form): Promise<number>;
  /** A message of these bytes. */
  produceRaw(topic: string, value: Buffer): Promise<void>;
  /** Answers a function that starts a life of a bridge with its own queue. */
  bridge(name: string, set: readonly string[]): Promise<() => Promise<Life>>;
  counted(): Promise<Counted>;
  startOver(): Promise<void>;
  weave(state: 'up' | 'down'): Promise<void>;
  close(): Promise<void>;
}

export interface Form {
  readonly encoding?: 'otlp_proto' | 'otlp_json';
  /** Text in every span. */
  readonly bytesASpan?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
}

export async function createWorld(dir: string, broker: Broker): Promise<World> {
  const weave: Measured = await startProcess(resolve(import.meta.dirname, '../bench/sink.ts'), []);
  const weaveUrl = String(weave.ready['url']);
  const keyFile = join(dir, 'key');
  writeFileSync(keyFile, 'k'.repeat(40));
  const client = { clientId: 'test', bootstrapBrokers: [broker.plain], retries: 20, retryDelay: 250 };
  const withAdmin = async <T>(use: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = new Admin(client);
    return use(admin).finally(() => admin.close());
  };
  let topics = 0;
  const nameOf = (number: number) => `spans-${number}`;

  async function produceRaw(
    topic: string,
    values: readonly Buffer[],
    { headers = {}, compression = 'none' }: Form = {},
  ): Promise<void> {
    const producer = new Producer(client);
    const asBuffers = new Map(Object.entries(headers).map(([key, value]) => [Buffer.from(key), Buffer.from(value)]));
    for (let at = 0; at < values.length; at += 50) {
      const messages = values.slice(at, at + 50).map((value, index) => ({
        ...{ topic, value, headers: asBuffers },
        key: Buffer.from(String(at + index)),
      }));
      await producer.send({ messages, acks: 1, compression });
    }
    await producer.close();
  }

  return {
    broker,
    async topic(partitions) {
      const name = nameOf(++topics);
      await withAdmin((admin) => admin.createTopics({ topics: [name], partitions, replicas: 1 }));
      return name;
    },
    nextTopic: () => nameOf(topics + 1),
    grow: (topic, count) => withAdmin((admin) => admin.createPartitions({ topics: [{ name: topic, count }] })),
    async produce(topic, count, form = {}) {
      const { encoding = 'otlp_proto', bytesASpan = 0 } = form;
      const write = encoding === 'otlp_proto' ? asProtobuf : asJson;
      const filler = { key: 'filler', value: { stringValue: 'x'.repeat(bytesASpan) } };
      const values = Array.from({ length: count }, () => {
        const request = traceRequest({ spans: SPANS_A_MESSAGE, span: { traceId: randomBytes(16).toString('hex') } });
        const unique = JSON.parse(JSON.stringify(request), (key, value: unknown) =>
          key === 'spanId' ? randomBytes(8).toString('hex') : value,
        );
        for (const span of unique.resourceSpans[0].scopeSpans[0].spans) span.attributes = [filler];
        return write(unique);
      });
      await produceRaw(topic, values, form);
      return count * SPANS_A_MESSAGE;
    },
    produceRaw: (topic, value) => produceRaw(topic, [value]),
    async bridge(name, set) {
      const home = join(dir, name);
      mkdirSync(home, { recursive: true });
      const ports = { http: await freePort(), grpc: await freePort() };
      const options = ['weave.project=team/kafka', 'telemetry.log_level=info', ...set];
      return async () => {
        const life = startBridge({ dir: home, weaveUrl, keyFile, set: options }, ports);
        await life.ready();
        return life;
      };
    },
    counted: async () => (await fetch(weaveUrl)).json() as Promise<Counted>,
    startOver: async () => void (await fetch(weaveUrl, { method: 'DELETE' })),
    weave: async (state) => void (await fetch(`${weaveUrl}/${state}`, { method: 'PUT' })),
    close: () => weave.stop(),
  };
}

/** Waits until it holds; what was waited for is told where it never does. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await sleep(100);
  }
}
