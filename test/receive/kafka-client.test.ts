import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createKafkaClient } from '../../src/receive/kafka-client.ts';
import { type KafkaClientSettings, type LoadLibrary, lookAtTopics } from '../../src/receive/kafka-library.ts';
import { recordingLog } from '../support/recording-log.ts';

const SETTINGS: KafkaClientSettings = {
  brokers: [{ host: '127.0.0.1', port: 1 }],
  topics: ['otlp_spans'],
  group: 'g',
  initialOffset: 'earliest',
  tls: null,
  sasl: null,
  maxFetchBytes: 1024,
};
const deps = { clock: systemClock, log: recordingLog() };

let server: ReturnType<typeof createServer> | undefined;
afterEach(() => {
  server?.close();
});

/** A broker that takes connections and says nothing. */
async function silentBroker(): Promise<KafkaClientSettings> {
  const listening = createServer((socket) => socket.on('error', () => undefined));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { ...SETTINGS, brokers: [{ host: '127.0.0.1', port }] };
}

describe('the way to Kafka', () => {
  it.each([
    ['a start', (load: LoadLibrary) => createKafkaClient({ ...deps, load }, SETTINGS)],
    ['validate --online', (load: LoadLibrary) => lookAtTopics(SETTINGS, load)],
  ])('says what to install where the package is missing: %s', async (_name, start) => {
    const load = () =>
      Promise.reject(
        Object.assign(new Error("Cannot find package '@platformatic/kafka'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      );
    await expect(start(load)).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      message: expect.stringContaining('npm install @platformatic/kafka'),
    });
  });

  it('does not take a package that is broken for one that is missing', async () => {
    const load = () =>
      Promise.reject(Object.assign(new Error("Cannot find package 'ajv'"), { code: 'ERR_MODULE_NOT_FOUND' }));
    await expect(createKafkaClient({ ...deps, load }, SETTINGS)).rejects.toThrow("Cannot find package 'ajv'");
  });

  it('reads its authorities at the start', async () => {
    const tls = { caFile: '/nowhere/ca.pem' };
    await expect(createKafkaClient(deps, { ...SETTINGS, tls })).rejects.toMatchObject({
      code: 'TLS_UNUSABLE',
      message: expect.stringContaining('receive.kafka.tls.ca_file'),
    });
  });

  it('tells that nobody is there', async () => {
    await expect(lookAtTopics(SETTINGS)).rejects.toThrow('Cannot connect to any broker');
    const open = await createKafkaClient(deps, SETTINGS);
    await expect(open(new AbortController().signal)).rejects.toThrow(/connect|failed/i);
  });

  it('gives up on a broker that says nothing as soon as it is asked to', async () => {
    const open = await createKafkaClient(deps, await silentBroker());
    const stop = new AbortController();
    const opened = open(stop.signal);
    await systemClock.sleep(100);
    const startMs = systemClock.monotonic();
    stop.abort();
    await expect(opened).rejects.toThrow();
    expect(systemClock.monotonic() - startMs).toBeLessThan(2000);
  });
});
