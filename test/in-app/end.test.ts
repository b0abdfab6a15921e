import { describe, expect, it } from '@jest/globals';
import { type AppFormat, startTracedApp } from '../support/app-process.ts';
import { PROJECT, pause, startWeave, tempDir } from '../support/app-world.ts';

/** Ways to end, what Node makes of them, and how often each app ends its spans. */
const ENDS: readonly { format: AppFormat; way: string; code: number; times: number }[] = [
  { format: 'esm', way: 'idle', code: 0, times: 1 },
  { format: 'cjs', way: 'shutdown', code: 0, times: 1 },
  { format: 'cjs', way: 'exit', code: 3, times: 1 },
  { format: 'esm', way: 'exitLater', code: 3, times: 2 },
  { format: 'cjs', way: 'throw', code: 1, times: 1 },
  { format: 'esm', way: 'reject', code: 1, times: 1 },
];

describe('a process that ends', () => {
  it.each(ENDS)('by $way ($format) loses no span, and keeps its exit code', async ({ format, way, code, times }) => {
    const weave = await startWeave();
    const app = { door: 'processor', url: weave.url, project: PROJECT, way, count: 300 };
    const ended = await startTracedApp(format, app).ended();
    expect(ended).toMatchObject({ code, signal: null });
    const names = (await weave.calls()).map(({ op_name }) => op_name);
    expect(new Set(names).size).toBe(300 * times);
    expect(names).toHaveLength(300 * times);
  });

  it('by exit in the turn of the event loop in which 10,000 spans have ended loses none of them', async () => {
    const weave = await startWeave();
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'exit', count: 10_000, warnings: true };
    expect(await startTracedApp('esm', app).ended()).toMatchObject({ code: 3, stderr: '' });
    expect(await weave.calls()).toHaveLength(10_000);
  });

  it('by its own SIGTERM handler loses no span, and keeps its exit code', async () => {
    const weave = await startWeave();
    const app = startTracedApp('esm', { door: 'processor', url: weave.url, project: PROJECT, way: 'serve', count: 50 });
    await app.printed('serving');
    app.child.kill('SIGTERM');
    expect(await app.ended()).toMatchObject({ code: 7, signal: null });
    expect(await weave.calls()).toHaveLength(100);
  });

  it('because nothing is left to do goes on until Weave has taken its spans', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 2, status: 503 });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'idle', count: 10 };
    expect(await startTracedApp('esm', app).ended()).toMatchObject({ code: 0 });
    expect(await weave.calls()).toHaveLength(10);
  });

  it.each(['idle', 'throw'])('by %s is not held up for long by a server that hangs', async (way) => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', hang: true });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way, count: 10, shutdownTimeoutMillis: 500 };
    const { code, tookMs } = await startTracedApp('esm', app).ended();
    expect(code).toBe(way === 'idle' ? 0 : 1);
    expect(tookMs).toBeLessThan(10_000);
  });

  it('says how many spans Weave has not taken', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', hang: true });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'idle', count: 10, warnings: true };
    const { code, stderr } = await startTracedApp('esm', { ...app, shutdownTimeoutMillis: 500 }).ended();
    expect(code).toBe(0);
    expect(stderr).toMatch(/before Weave has taken its last spans: they are lost.*spans: 10/s);
  });

  it.each([
    ['a server that is busy at first', { times: 1, status: 429, retryAfter: 1 }],
    ['a server that fails at first', { times: 2, status: 503 }],
    ['a server that cuts off its answer', { times: 1, cut: 'after-commit' }],
  ] as const)('by exit comes again to %s, with all of it at once', async (_what, fault) => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', ...fault });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'exit', count: 10, warnings: true };
    expect(await startTracedApp('cjs', app).ended()).toMatchObject({ code: 3, stderr: '' });
    expect(await weave.calls()).toHaveLength(10);
    expect(await weave.requests('POST /v2/:entity/:project/calls/complete')).toBe(fault.times + 1);
  });

  it('by exit loses none of the neighbours of a call that Weave refuses', async () => {
    const weave = await startWeave();
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'exit', count: 10, warnings: true };
    weave.faults.add({ path: '/v2', times: 1, status: 422 });
    expect(await startTracedApp('cjs', app).ended()).toMatchObject({ code: 3, stderr: '' });
    expect(await weave.calls()).toHaveLength(10);
  });

  it('by exit says how many spans are lost to a key that is not accepted, and does not wait', async () => {
    const weave = await startWeave({ apiKey: 'right' });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'exit', count: 10, warnings: true };
    const ended = await startTracedApp('cjs', { ...app, apiKey: 'wrong', shutdownTimeoutMillis: 60_000 }).ended();
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringMatching(/they are lost.*spans: 10/s) });
  });

  it('by exit before its spool is open sends what it has', async () => {
    const weave = await startWeave();
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'exit', count: 10, spoolDir: tempDir() };
    expect(await startTracedApp('cjs', app).ended()).toMatchObject({ code: 3 });
    expect(await weave.calls()).toHaveLength(10);
    weave.faults.add({ path: '/v2', hang: true });
    const { stderr } = await startTracedApp('cjs', { ...app, shutdownTimeoutMillis: 300, warnings: true }).ended();
    expect(stderr).toMatch(/they are lost\. The spool was not open yet\..*spans: 10/s);
  });

  it('is not kept alive by a request that is never answered', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', hang: true });
    const app = { door: 'processor', url: weave.url, project: PROJECT, way: 'flush', count: 10 };
    const limits = { exportTimeoutMillis: 200, shutdownTimeoutMillis: 200, timeoutMillis: 600_000 };
    const { code, stdout } = await startTracedApp('esm', { ...app, ...limits }).ended();
    expect(code).toBe(0);
    expect(stdout).toBe('flushed, and left behind: \n');
  });

  it.each(['exit', 'idle'])('by %s leaves in the spool what Weave does not take', async (way) => {
    const spoolDir = tempDir();
    const away = {
      door: 'processor',
      url: 'http://127.0.0.1:9',
      project: PROJECT,
      spoolDir,
      shutdownTimeoutMillis: 200,
    };
    await startTracedApp('esm', { ...away, way: way === 'exit' ? 'exitLater' : way, count: 100 }).ended();
    const weave = await startWeave();
    await startTracedApp('esm', { ...away, url: weave.url, way: 'flush', count: 1 }).ended();
    expect(await weave.calls()).toHaveLength(way === 'exit' ? 201 : 101);
  });

  it('by kill -9 leaves a call running that was shown live', async () => {
    const weave = await startWeave();
    const app = startTracedApp('esm', {
      door: 'processor',
      url: weave.url,
      project: PROJECT,
      way: 'open',
      live: { after: 50 },
    });
    await app.printed('open');
    await weave.until((calls) => calls.length === 1);
    app.child.kill('SIGKILL');
    expect(await app.ended()).toMatchObject({ signal: 'SIGKILL' });
    await pause(50);
    expect(await weave.calls()).toMatchObject([{ op_name: 'open', ended_at: null, exception: null }]);
  });
});
