import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/options.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { startDevService } from '../../src/service/dev.ts';
import { type Service, startService } from '../../src/service/service.ts';
import {
  postLine,
  postRecording,
  RECORDED_LINES,
  RECORDED_SPANS,
  recordedCalls,
  recordedTokens,
} from '../cli/recording.ts';

let dir: string;
let weave: LocalWeave;
const running: { close(): Promise<unknown> }[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-service-'));
  const settings = { host: 'localhost', port: 0, file: ':memory:' };
  weave = await startLocalWeave({ clock: systemClock, log: silentLog }, settings);
});

afterEach(async () => {
  await weave.close();
  for (const service of running.splice(0)) await service.close();
  rmSync(dir, { recursive: true });
});

/** Every port free, Weave on this machine, and no wait that a test would feel. */
function configure(...set: string[]): Config {
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const free = [...endpoints, 'local.endpoint'].map((path) => `${path}=localhost:0`);
  const quick = ['batch.max_wait=1ms', 'retry.initial=1ms', 'shutdown.timeout=50ms'];
  const own = [`queue.dir=${join(dir, 'queue')}`, `weave.url=${weave.url}`, 'weave.project=acme/bots'];
  const nothing = {
    env: {},
    netrcFile: '',
    readText: () => {
      throw new Error('no such file');
    },
  };
  return loadConfig({ set: [...free, ...quick, ...own, ...set], keyNeeded: true }, nothing).config;
}

async function start(...set: string[]): Promise<Service> {
  const service = await startService(configure(...set));
  running.push(service);
  return service;
}

const portOf = (address: string) => address.slice(address.lastIndexOf(':') + 1);

describe('the service', () => {
  it('carries spans to Weave, and counts them', async () => {
    const service = await start('shutdown.timeout=10s');
    expect((await postRecording(service.addresses.http)).status).toBe(200);
    const metrics = await (await fetch(`http://${service.addresses.metrics}/metrics`)).text();
    expect(metrics).toContain(`otelweave_receiver_accepted_spans_total{transport="http"} ${RECORDED_SPANS}\n`);
    expect(await service.close()).toEqual({ delivered: RECORDED_SPANS, left: 0, dead: 0 });
    expect(await recordedCalls(weave.url, 'acme/bots')).toBe(RECORDED_SPANS);
  });

  it('starts, takes spans and stops where Kafka cannot be reached, and says so', async () => {
    const service = await start('receive.kafka.brokers=["127.0.0.1:1"]', 'shutdown.timeout=10s');
    expect((await postRecording(service.addresses.http)).status).toBe(200);
    const health = await fetch(`http://${service.addresses.health}/`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ troubles: [expect.stringMatching(/^Kafka: /)] });
    const startMs = systemClock.monotonic();
    expect((await service.close()).delivered).toBe(RECORDED_SPANS);
    expect(systemClock.monotonic() - startMs).toBeLessThan(8000);
  });

  it('leaves on disk what Weave does not take in time, and delivers it after the next start', async () => {
    const fault = weave.faults.add({ path: '/v2/', status: 503 });
    const first = await start();
    await postRecording(first.addresses.http);
    expect(await first.close()).toEqual({ delivered: 0, left: RECORDED_SPANS, dead: 0 });

    fault.remove();
    const second = await start('shutdown.timeout=10s');
    expect(await second.close()).toEqual({ delivered: RECORDED_SPANS, left: 0, dead: 0 });
    expect(await recordedCalls(weave.url, 'acme/bots')).toBe(RECORDED_SPANS);
  });

  it('counts the tokens of a trace once, also when it is started anew after each span', async () => {
    const inOneGo = await start('shutdown.timeout=10s', 'weave.project=acme/one');
    for (const line of RECORDED_LINES) await postLine(inOneGo.addresses.http, line);
    await inOneGo.close();
    for (const line of RECORDED_LINES) {
      const service = await start('shutdown.timeout=10s', 'weave.project=acme/two');
      await postLine(service.addresses.http, line);
      await service.close();
    }
    const tokens = await recordedTokens(weave.url, 'acme/one');
    expect(tokens).toBeGreaterThan(0);
    expect(await recordedTokens(weave.url, 'acme/two')).toBe(tokens);
  });

  it('delivers to an older Weave, too, which has other paths', async () => {
    weave.faults.play({ v2: 'missing' });
    const service = await start('shutdown.timeout=10s');
    await postRecording(service.addresses.http);
    expect(await service.close()).toEqual({ delivered: RECORDED_SPANS, left: 0, dead: 0 });
    expect(await recordedCalls(weave.url, 'acme/bots')).toBe(RECORDED_SPANS);
  });

  it('counts what Weave refuses for good', async () => {
    weave.faults.add({ path: '/v2/', status: 400 });
    const service = await start('shutdown.timeout=10s');
    await postRecording(service.addresses.http);
    expect(await service.close()).toEqual({ delivered: 0, left: 0, dead: RECORDED_SPANS });
  });

  it('is healthy until it stops, and then says so until the end', async () => {
    weave.faults.add({ path: '/v2/', hang: true });
    const service = await start('shutdown.timeout=1h');
    const health = `http://${service.addresses.health}/`;
    await postRecording(service.addresses.http);
    expect((await fetch(health)).status).toBe(200);

    const closed = service.close();
    const stopping = await fetch(health);
    expect(stopping.status).toBe(503);
    expect(await stopping.json()).toMatchObject({ reasons: ['stopping'] });
    await expect(postRecording(service.addresses.http)).rejects.toThrow();

    weave.faults.clear();
    await weave.close();
    weave = await startLocalWeave(
      { clock: systemClock, log: silentLog },
      { ...hostAndPort(weave.url), file: ':memory:' },
    );
    expect(await closed).toEqual({ delivered: RECORDED_SPANS, left: 0, dead: 0 });
    await expect(fetch(health)).rejects.toThrow();
  });

  it('closes once, however often it is asked to', async () => {
    const service = await start();
    expect(service.close()).toBe(service.close());
    await service.close();
  });

  it.each([
    ['receive.http.endpoint', 'receive.grpc.endpoint'],
    ['receive.grpc.endpoint', 'telemetry.health'],
    ['telemetry.health', 'telemetry.metrics'],
    ['telemetry.metrics', 'receive.http.endpoint'],
  ])('names the option where %s is taken, and has closed the rest by then', async (option, other) => {
    const first = await start();
    const free = portOf(first.addresses.http);
    await first.close();

    const taken = weave.url.replace('http://', '');
    const starting = startService(configure(`${option}=${taken}`, `${other}=localhost:${free}`));
    await expect(starting).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(`${option}: `),
    });
    await start(`${other}=localhost:${free}`);
  });

  it('lets no second one use its queue, and goes on', async () => {
    const first = await start('shutdown.timeout=10s');
    await expect(startService(configure())).rejects.toMatchObject({ code: 'QUEUE_LOCKED' });
    await postRecording(first.addresses.http);
    expect((await first.close()).delivered).toBe(RECORDED_SPANS);
  });
});

describe('the service with a Weave of its own', () => {
  it('sends to that, whatever weave.url says, and keeps it beside the queue', async () => {
    const config = configure('weave.url=https://weave.example', 'weave.api_key=secret', 'shutdown.timeout=10s');
    const first = await startDevService(config);
    await postRecording(first.addresses.http);
    expect(await first.close()).toMatchObject({ delivered: RECORDED_SPANS });

    const second = await startDevService(config);
    running.push(second);
    expect(await recordedCalls(second.addresses.weave, 'acme/bots')).toBe(RECORDED_SPANS);
    expect((await fetch(second.addresses.page)).headers.get('content-type')).toContain('text/html');
  });

  it.each(['local.endpoint', 'receive.http.endpoint'])('leaves nothing open where %s is taken', async (option) => {
    const first = await startDevService(configure());
    const page = portOf(first.addresses.weave);
    await first.close();

    const taken = weave.url.replace('http://', '');
    const starting = startDevService(configure(`local.endpoint=localhost:${page}`, `${option}=${taken}`));
    await expect(starting).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(`${option}: `),
    });
    running.push(await startDevService(configure(`local.endpoint=localhost:${page}`)));
  });
});

function hostAndPort(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
