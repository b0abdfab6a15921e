import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { runInProcess } from './in-process.ts';

const KEY = 'right-key';

let weave: LocalWeave;
beforeEach(async () => {
  weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: 'localhost', port: 0, file: ':memory:', apiKey: KEY },
  );
});
afterEach(() => weave.close());

function validate(yaml: string, ...args: readonly string[]) {
  return runInProcess(['validate', '--config', 'bridge.yaml', ...args], { files: { 'bridge.yaml': yaml } });
}

const yaml = (more: Readonly<Record<string, string>> = {}) => {
  const { url, key, project } = { url: weave.url, key: KEY, project: 'acme/shop', ...more };
  return `weave: {url: "${url}", api_key: ${key}, project: ${project}}\njobs: {url: "${url}", api_key: ${key}}\n`;
};

const rowsOf = (stdout: string) => stdout.split('\n').map((line) => line.split(/ {2,}/));

async function setFaults(rule: object): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa(`api:${KEY}`)}` };
  const body = JSON.stringify({ rules: [rule] });
  expect((await fetch(`${weave.url}/local/faults`, { method: 'POST', headers, body })).status).toBe(200);
}

describe('otel-weave validate', () => {
  it('names every problem of a file, each with its line', async () => {
    const { code, stderr } = await validate('weave:\n  projekt: a/b\n  timeout: 5\nqueue:\n  max_size: huge\n');
    expect(code).toBe(2);
    expect(stderr).toContain('bridge.yaml:2:3: unknown option weave.projekt; did you mean project?');
    expect(stderr).toContain('bridge.yaml:3:12: weave.timeout is "5"');
    expect(stderr).toContain('bridge.yaml:5:13: queue.max_size is "huge"');
  });

  it('asks nobody without --online', async () => {
    const { code, stdout } = await validate(yaml({ url: 'http://127.0.0.1:1' }));
    expect([code, stdout]).toEqual([0, 'The configuration is sound.\n']);
  });

  it('asks Weave and the batch API with --online, and writes nothing', async () => {
    const { code, stdout } = await validate(yaml(), '--online');
    expect(rowsOf(stdout)).toEqual([
      ['The configuration is sound.'],
      ['ok', 'queue.dir', expect.stringContaining('can be written')],
      [
        'ok',
        'weave.url, weave.api_key, weave.project',
        `${weave.url} and acme/shop: the key is taken, and so are calls`,
      ],
      ['ok', 'jobs.url, jobs.api_key', `${weave.url}: the key is taken`],
      [''],
    ]);
    expect(code).toBe(0);
    const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa(`api:${KEY}`)}` };
    const query = { method: 'POST', headers, body: JSON.stringify({ project_id: 'acme/shop' }) };
    expect(await (await fetch(`${weave.url}/calls/stream_query`, query)).text()).toBe('');
  });

  it.each([
    ['a wrong key', { key: 'wrong' }, undefined, 'FAILED', 'Check weave.api_key'],
    ['nobody there', { url: 'http://127.0.0.1:1' }, undefined, 'FAILED', 'ECONNREFUSED'],
    ['a forbidden project', {}, { status: 403, body: { detail: 'Project not found' } }, 'FAILED', 'Project not found'],
    ['a login page', {}, { status: 200, body: '<html>' }, 'FAILED', 'is weave.url the address of a Weave server?'],
    ['a server that is down', {}, { status: 503 }, 'FAILED', 'HTTP 503'],
    ['a server that wants calls', {}, { status: 422, body: { reason: 'empty' } }, '??', 'HTTP 422: empty'],
    ['an older server', {}, { status: 404, body: { detail: 'Not Found' } }, 'ok', 'the key is taken'],
  ])('tells of %s', async (_what, config, fault, mark, said) => {
    if (fault) await setFaults({ path: '/v2/', ...fault });
    const { code, stdout, stderr } = await validate(yaml(config), '--online');
    const row = rowsOf(stdout).find(([, about]) => about?.startsWith('weave.url'));
    expect(row).toEqual([mark, expect.anything(), expect.stringContaining(said)]);
    expect([code, stderr.includes('checks failed')]).toEqual(mark === 'FAILED' ? [1, true] : [0, false]);
    expect(stdout).not.toContain(KEY);
  });

  it.each([
    ['receive.http.tls', 'receive: {http: {tls: {cert_file: /no/tls.crt, key_file: /no/tls.key}}}', '/no/tls.crt'],
    ['receive.grpc.tls', 'receive: {grpc: {tls: {cert_file: /no/tls.crt, key_file: /no/tls.key}}}', '/no/tls.crt'],
    ['receive.auth.keys', 'receive: {auth: {keys: [{name: a, token_file: /no/token}]}}', 'cannot read the key of a'],
    ['receive.auth.keys', 'receive: {auth: {keys: [{name: a, token: x}, {name: b, token: x}]}}', 'are the same key'],
  ])('tells of files of %s that serve could not start with', async (about, receive, said) => {
    const { code, stdout } = await validate(`${yaml()}${receive}\n`, '--online');
    expect(rowsOf(stdout)).toContainEqual(['FAILED', about, expect.stringContaining(said)]);
    expect(code).toBe(1);
  });

  it('takes keys of senders that can be used', async () => {
    const { code, stdout } = await validate(
      `${yaml()}receive: {auth: {keys: [{name: a, token: x}, {name: b, token: y}]}}\n`,
      '--online',
    );
    expect(rowsOf(stdout)).toContainEqual(['ok', 'receive.auth.keys', 'can be used']);
    expect(code).toBe(0);
  });

  it('does not ask Weave where the files for it cannot be read', async () => {
    const config = yaml().replace('weave: {', 'weave: {tls: {ca_file: /no/ca.crt}, ');
    const { code, stdout } = await validate(config, '--online');
    expect(rowsOf(stdout)).toContainEqual(['FAILED', 'weave.tls', expect.stringContaining('/no/ca.crt')]);
    expect(stdout).not.toContain('the key is taken, and so are calls');
    expect(code).toBe(1);
  });

  it('says where the disk is smaller than what the queue may hold', async () => {
    const { code, stdout } = await validate(
      `${yaml()}queue: {max_size: 1TiB, dead_letters: {max_size: 1TiB}}\n`,
      '--online',
    );
    const said = expect.stringMatching(/room for \d+ MiB, .* allow 2097152:/);
    expect(rowsOf(stdout)).toContainEqual(['??', 'queue.dir', said]);
    expect(code).toBe(0);
  });

  it('cannot tell where no project is configured', async () => {
    const { stdout } = await validate(`weave: {url: "${weave.url}"}`, '--online');
    expect(rowsOf(stdout)).toContainEqual(['??', 'weave.project', expect.stringContaining('no project is there')]);
  });
});
