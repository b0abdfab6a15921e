import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';
import { COMPLETE, call, client, idOf, PROJECT, rawGet, startWorld, tempFile } from './world.ts';

const basic = (user: string, key: string) => ({ authorization: `Basic ${btoa(`${user}:${key}`)}` });

describe('the life of a local Weave', () => {
  it('shows after a restart what was written before it', async () => {
    const file = await tempFile('weave.db');
    const first = await startWorld({ file });
    await first.write(call({ output: 'kept' }));
    await first.post('/feedback/create', {
      project_id: PROJECT,
      weave_ref: `weave:///${PROJECT}/call/${idOf(170)}`,
      feedback_type: 'note',
      payload: { a: 1 },
    });
    await first.close();
    const second = await startWorld({ file });
    expect(await second.read(idOf(170))).toMatchObject({ output: 'kept' });
    const feedback = await second.post('/feedback/query', { project_id: PROJECT });
    expect(feedback.body).toMatchObject({ result: [{ payload: { a: 1 } }] });
  });

  it('keeps every answered batch when it is killed', async () => {
    const file = await tempFile('weave.db');
    const child = spawn(process.execPath, [fileURLToPath(new URL('./child.ts', import.meta.url)), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { post } = client(line.toString().trim());
    const sends = Array.from({ length: 20 }, async (_, batch): Promise<number> => {
      const calls = Array.from({ length: 50 }, (_, index) => call({ id: idOf(batch * 50 + index) }));
      const answer = await post(COMPLETE, { batch: calls }).catch(() => undefined);
      return answer?.status === 200 ? 50 : 0;
    });
    await Promise.race(sends);
    child.kill('SIGKILL');
    await exited;
    const answered = (await Promise.all(sends)).reduce((sum, calls) => sum + calls, 0);
    const { query } = await startWorld({ file });
    const stored = await query({ columns: ['id'] });
    expect(answered).toBeGreaterThan(0);
    expect(stored.length).toBeGreaterThanOrEqual(answered);
    // What was under way is there whole or not at all.
    expect(stored.length % 50).toBe(0);
  });

  it('close is the same promise twice, ends open requests, and frees the port', async () => {
    const weave = await startLocalWeave(
      { clock: systemClock, log: silentLog },
      { host: '127.0.0.1', port: 0, file: ':memory:' },
    );
    weave.faults.add({ hang: true });
    const hanging = fetch(`${weave.url}/health`).then(
      () => 'answered',
      () => 'dropped',
    );
    const port = Number(new URL(weave.url).port);
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const closing = weave.close();
    expect(weave.close()).toBe(closing);
    await closing;
    expect(await hanging).toBe('dropped');
    silent.destroy();
    await startWorld({ port });
  });

  it('says that its port is taken', async () => {
    const { url } = await startWorld();
    const port = Number(new URL(url).port);
    await expect(startWorld({ port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(String(port)),
    });
  });

  it('says that its address is not one of this machine', async () => {
    await expect(startWorld({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  });

  it.each(['a directory', 'not a database', 'a newer version'])('refuses a file that is %s', async (kind) => {
    const path = await tempFile('weave.db');
    const file = kind === 'a directory' ? dirname(path) : path;
    if (kind === 'not a database')
      await writeFile(file, 'These are just some words, and far too many of them to be a header.');
    if (kind === 'a newer version') {
      const db = new DatabaseSync(file);
      db.exec('PRAGMA user_version = 99');
      db.close();
    }
    await expect(startWorld({ file })).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining(file),
    });
  });
});

describe('who may ask', () => {
  it.each([
    ['no key', {}, 401],
    ['a wrong key', basic('api', 'nope'), 401],
    ['another user', basic('root', 'secret'), 401],
    ['another scheme', { authorization: 'Bearer secret' }, 401],
    ['the key', basic('api', 'secret'), 200],
  ])('where a key is set, answers a request with %s', async (_, headers, status) => {
    const { get } = await startWorld({ apiKey: 'secret' });
    const answer = await get('/server_info', headers);
    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.body).toEqual({ detail: 'Not authenticated' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
    }
  });

  it('tells everybody its health', async () => {
    const { get } = await startWorld({ apiKey: 'secret' });
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example:6007' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ host: '10.0.0.1' }, 403],
    [{ host: 'localhost' }, 200],
    [{ host: 'LOCALHOST:6007' }, 200],
    [{ host: '127.0.0.1:1' }, 200],
    [{ host: '[::1]:6007' }, 200],
    [{ host: 'localhost', origin: 'https://evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: 'localhost', origin: 'http://localhost:6007' }, 200],
  ])('on loopback answers %j with %i', async (headers, status) => {
    const { url } = await startWorld();
    expect(await rawGet(`${url}/health`, headers)).toBe(status);
  });

  it('bound to all addresses, answers under any name', async () => {
    const { url } = await startWorld({ host: '0.0.0.0' });
    const local = `http://127.0.0.1:${new URL(url).port}`;
    expect(await rawGet(`${local}/health`, { host: 'weave.internal' })).toBe(200);
  });
});

describe('requests that are no request', () => {
  it.each([
    ['GET', '/nothing', 404, { detail: 'Not Found' }],
    ['GET', `/v2/${PROJECT}/calls/other`, 404, { detail: 'Not Found' }],
    ['GET', '/traces/%E0%A4%A/p/t', 404, { detail: 'Not Found' }],
    ['GET', `/${'x'.repeat(9000)}`, 404, { detail: 'Not Found' }],
    ['GET', '/call/read', 405, { detail: 'Method Not Allowed' }],
    ['DELETE', COMPLETE, 405, { detail: 'Method Not Allowed' }],
  ])('%s %.40s is answered with %i', async (method, path, status, body) => {
    const { url } = await startWorld();
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(body);
  });
});
