import { afterEach, expect, it } from '@jest/globals';
import { startHealth } from '../../src/observe/health.ts';
import type { ObserveServer } from '../../src/observe/server.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ask } from './ask.ts';

let health: ObserveServer | undefined;
afterEach(() => health?.close());

it('answers 200 while spans are taken, with what is wrong elsewhere, and 503 with the reasons while they are not', async () => {
  const clock = createFakeClock({ startMs: Date.UTC(2026, 0, 2) });
  const reasons: string[] = [];
  const troubles: string[] = [];
  const deps = { clock, reasons: () => reasons, troubles: () => troubles };
  health = await startHealth(deps, { host: 'localhost', port: 0 });
  await clock.advance(90_500);
  const upSince = '2026-01-02T00:00:00.000Z';

  const well = await ask(health.address, '/');
  expect(well).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(well.body)).toEqual({ status: 'Server available', upSince, uptime: '90.500s' });

  troubles.push(...Array.from({ length: 11 }, (_, at) => `team/${at}: HTTP 403`));
  const troubled = await ask(health.address, '/');
  expect(troubled.status).toBe(200);
  expect(JSON.parse(troubled.body).troubles).toEqual(troubles.slice(0, 10));

  expect((await ask(health.address, '/live')).status).toBe(200);
  reasons.push('stopping');
  expect((await ask(health.address, '/live')).status).toBe(200);
  const ill = await ask(health.address, '/');
  expect(ill.status).toBe(503);
  expect(JSON.parse(ill.body)).toEqual({
    status: 'Server not available',
    upSince,
    uptime: '90.500s',
    reasons: ['stopping'],
  });
});
