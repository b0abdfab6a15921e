import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { createWeaveClient, type WeaveClient } from '../../src/send/weave-client.ts';
import { PROJECT, spanOf } from '../support/spans.ts';

const RUNNING = new AbortController().signal;

interface Asked {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let server: Server;
let client: WeaveClient;
let last: Asked | undefined;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    last = { path: request.url, headers: request.headers, body: await json(request) };
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = createWeaveClient(
    { clock: systemClock, counters: createCounters() },
    {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiKey: () => null,
      timeoutMs: 5000,
      userAgent: 'test',
      maxSockets: 2,
      headers: { 'x-mine': 'yes', 'user-agent': 'not this' },
    },
  );
});
afterEach(async () => {
  client.close();
  server.close();
});

const [call] = createMapper({ version: '1' })([
  { span: spanOf({ status: { code: 2, message: 'stopped' }, attributes: { 'session.id': 's' } }), project: PROJECT },
]).calls as [Call];
const whole = JSON.parse(call.json.toString());

const { ended_at, output, summary, exception, otel_dump, ...started } = whole;
const ends = { project_id: whole.project_id, id: whole.id, ended_at, output, summary, exception };

describe('what is sent of a call that runs', () => {
  it('is its start, without anything of an end', async () => {
    expect(await client.start(PROJECT, [call], RUNNING)).toEqual({ status: 'accepted' });
    expect(last).toMatchObject({
      path: '/v2/team/app/call/start',
      headers: { 'x-mine': 'yes', 'user-agent': 'test' },
    });
    expect(last?.body).toEqual({ start: started });
    expect(otel_dump).toBeDefined();
  });

  it('is its end, with the time that says which call it is', async () => {
    await client.end(PROJECT, [call], RUNNING);
    expect(last).toMatchObject({ path: '/v2/team/app/call/end' });
    expect(last?.body).toEqual({ end: { ...ends, started_at: whole.started_at } });
  });

  it('is its start, to an older server', async () => {
    await client.olderStart(PROJECT, [call], RUNNING);
    expect(last).toMatchObject({ path: '/call/upsert_batch' });
    expect(last?.body).toEqual({ batch: [{ mode: 'start', req: { start: started } }] });
  });

  it('is its end, to an older server', async () => {
    await client.olderEnd(PROJECT, [call], RUNNING);
    expect(last).toMatchObject({ path: '/call/end' });
    expect(last?.body).toEqual({ end: ends });
  });
});
