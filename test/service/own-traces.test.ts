import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { ProjectId } from '../../src/core/call.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { AcceptOutcome, RawRequest } from '../../src/core/ports.ts';
import { createTracing } from '../../src/service/own-traces.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startOtlpSink } from '../support/otlp-sink.ts';

const deps = () => ({ clock: createFakeClock(), counters: createCounters(), log: silentLog });
const REQUEST: RawRequest = {
  ...{ signal: 'traces', encoding: 'json', project: null, spans: 3 },
  body: Buffer.from('secret'),
};

describe('own traces', () => {
  it('tell of what was received and delivered, and nothing of its content', async () => {
    const sink = await startOtlpSink();
    const tracing = createTracing(deps(), sink.url);
    const full: AcceptOutcome = { status: 'full', retryAfterMs: 1 };
    expect(await tracing.accept(async () => full)(REQUEST)).toBe(full);
    const failed = { status: 'retry', reason: 'HTTP 503' } as const;
    const send = tracing.send(async () => failed);
    expect(await send('team/app' as ProjectId, [], new AbortController().signal)).toBe(failed);
    await tracing.close();
    const text = JSON.stringify(sink.bodies);
    expect(JSON.parse(text)[0].resourceSpans[0].scopeSpans[0].spans).toMatchObject([
      { name: 'receive', status: { code: 2, message: 'full' } },
      { name: 'deliver', status: { code: 2, message: 'HTTP 503' } },
    ]);
    expect(text).toContain('{"key":"bytes","value":{"intValue":"6"}}');
    expect(text).toContain('{"key":"project","value":{"stringValue":"team/app"}}');
    expect(text).not.toContain('secret');
    await sink.close();
  });

  it('put nothing around anything where there is no endpoint', () => {
    const tracing = createTracing(deps(), undefined);
    const accept = async () => ({ status: 'accepted' }) as const;
    expect(tracing.accept(accept)).toBe(accept);
  });

  it.each([
    ['http://localhost:4318/v1/traces', true],
    ['http://127.0.0.1:4317', true],
    [`http://${hostname()}:4318/v1/traces`, true],
    ['http://[::1]:4318/v1/traces', true],
    ['http://localhost:4319/v1/traces', false],
    ['http://bridge:4318/v1/traces', true],
    ['http://collector.example:4318/v1/traces', false],
    ['http://nowhere.example:4318/v1/traces', false],
    ['http://localhost/v1/traces', false],
  ])('%s is a circle: %s', async (endpoint, isCircle) => {
    const names = new Map([
      ['bridge', '127.0.0.1'],
      ['collector.example', '192.0.2.1'],
    ]);
    const tracing = createTracing(deps(), endpoint, async (name) => {
      const address = names.get(name);
      if (address === undefined) throw new Error('ENOTFOUND');
      return [{ address }];
    });
    const refused = tracing.refuseCircle(['127.0.0.1:4318', '[::]:4317']);
    if (isCircle) await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    else await refused;
    await tracing.close();
  });
});
