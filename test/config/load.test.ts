// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config file's own syntax
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/options.ts';
import { load, problemsOf, type World } from './world.ts';

describe('defaults', () => {
  it('are those of the table, read by its own types', () => {
    const { config } = load({});
    expect(config).toMatchObject({
      weave: { url: 'https://trace.wandb.ai', api_key: undefined, project: undefined, timeout: 30_000, concurrency: 4 },
      receive: {
        http: { endpoint: { host: 'localhost', port: 4318 } },
        grpc: { endpoint: { host: 'localhost', port: 4317 } },
        max_body: 64 * 2 ** 20,
      },
      queue: { max_size: 2 ** 30, fsync: false, on_full: 'refuse' },
      batch: { max_calls: 1000, max_bytes: 10 * 2 ** 20, max_wait: 200 },
      retry: { initial: 1000, max: 30_000, max_elapsed: 0 },
      telemetry: { health: { port: 13133 }, metrics: { port: 8888 }, log_level: 'info' },
    });
  });

  it('can be a command’s own, and give way to every other source', () => {
    const input = { defaults: { 'weave.project': 'local/dev' } };
    expect(load({ input }).config.weave.project).toBe('local/dev');
    expect(load({ input, yaml: 'weave: {project: a/b}' }).config.weave.project).toBe('a/b');
  });

  it('give a config that is frozen to the leaves', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(load({ env: { WANDB_API_KEY: 'k' } }).config)).toBe(true);
  });
});

describe('precedence', () => {
  const yaml = 'receive: {http: {endpoint: "yaml:1"}}';
  const env = { OTEL_WEAVE_RECEIVE_HTTP_ENDPOINT: 'env:2' };
  const set = ['receive.http.endpoint=set:3'];
  const flags = { '--http': 'flag:4' };
  it.each<[string, World, string]>([
    ['the file counts before the default', { yaml }, 'yaml'],
    ['the environment counts before the file', { yaml, env }, 'env'],
    ['--set counts before the environment', { yaml, env, input: { set } }, 'set'],
    ['a flag counts before --set', { yaml, env, input: { set, flags } }, 'flag'],
    ['an empty variable counts as not set', { yaml, env: { OTEL_WEAVE_RECEIVE_HTTP_ENDPOINT: '' } }, 'yaml'],
  ])('%s', (_, world, host) => expect(load(world).config.receive.http.endpoint.host).toBe(host));
});

describe('every source, every type', () => {
  const rows: [path: string, text: string, env: string, read: (config: Config) => unknown, value: unknown][] = [
    ['weave.url', 'https://w.example/traces/', 'WF_TRACE_SERVER_URL', (c) => c.weave.url, 'https://w.example/traces'],
    ['weave.api_key', 'a1', 'WANDB_API_KEY', (c) => c.weave.api_key?.reveal(), 'a1'],
    ['weave.project', 'acme/bots', 'WEAVE_PROJECT', (c) => c.weave.project, 'acme/bots'],
    ['weave.timeout', '1m', 'OTEL_WEAVE_WEAVE_TIMEOUT', (c) => c.weave.timeout, 60_000],
    ['weave.concurrency', '8', 'OTEL_WEAVE_WEAVE_CONCURRENCY', (c) => c.weave.concurrency, 8],
    [
      'receive.grpc.endpoint',
      '[::1]:0',
      'OTEL_WEAVE_RECEIVE_GRPC_ENDPOINT',
      (c) => c.receive.grpc.endpoint.host,
      '::1',
    ],
    ['receive.max_body', '1MiB', 'OTEL_WEAVE_RECEIVE_MAX_BODY', (c) => c.receive.max_body, 2 ** 20],
    ['queue.dir', '/var/lib/q', 'OTEL_WEAVE_QUEUE_DIR', (c) => c.queue.dir, '/var/lib/q'],
    ['queue.fsync', 'true', 'OTEL_WEAVE_QUEUE_FSYNC', (c) => c.queue.fsync, true],
    ['telemetry.log_level', 'debug', 'OTEL_WEAVE_TELEMETRY_LOG_LEVEL', (c) => c.telemetry.log_level, 'debug'],
    ['shutdown.timeout', '0s', 'OTEL_WEAVE_SHUTDOWN_TIMEOUT', (c) => c.shutdown.timeout, 0],
  ];
  const nested = (path: string, text: string) =>
    path.split('.').reduceRight((inner, key) => `{${key}: ${inner}}`, JSON.stringify(text));

  it.each(rows)('%s from YAML, environment and --set', (path, text, env, read, value) => {
    expect(read(load({ yaml: nested(path, text) }).config)).toEqual(value);
    expect(read(load({ env: { [env]: text } }).config)).toEqual(value);
    expect(read(load({ input: { set: [`${path}=${text}`] } }).config)).toEqual(value);
  });
});

describe('W&B’s own names', () => {
  it.each([
    ['https://api.wandb.ai', 'https://trace.wandb.ai'],
    ['https://acme.wandb.io', 'https://acme.wandb.io/traces'],
    ['https://wandb.example:8443/base/', 'https://wandb.example:8443/base/traces'],
  ])('WANDB_BASE_URL %s means %s', (base, url) =>
    expect(load({ env: { WANDB_BASE_URL: base } }).config.weave.url).toBe(url),
  );

  it('WF_TRACE_SERVER_URL counts before WANDB_BASE_URL', () => {
    const env = { WANDB_BASE_URL: 'https://acme.wandb.io', WF_TRACE_SERVER_URL: 'https://t.example' };
    expect(load({ env }).config.weave.url).toBe('https://t.example');
  });
});

describe('the API key', () => {
  const netrc =
    '# wandb\nmachine acme.wandb.io\n  login user\n  password key-acme\nmachine api.wandb.ai login user password key-cloud\n';
  const input = { keyNeeded: true };
  it.each([
    ['of the multi-tenant cloud comes from api.wandb.ai', {}, 'key-cloud'],
    ['of a server of one’s own comes from its host', { WANDB_BASE_URL: 'https://acme.wandb.io' }, 'key-acme'],
    ['from the environment counts before ~/.netrc', { WANDB_API_KEY: 'key-env' }, 'key-env'],
  ])('%s', (_, env, key) => expect(load({ env, netrc, input }).config.weave.api_key?.reveal()).toBe(key));

  it('is asked for where it is nowhere', () => {
    expect(problemsOf({ input })).toEqual([expect.stringMatching(/^weave\.api_key: missing; set WANDB_API_KEY/)]);
    expect(problemsOf({ input, netrc, env: { WANDB_BASE_URL: 'https://other.example' } })).toHaveLength(1);
  });

  it('is not asked for by a Weave on this machine', () => {
    expect(load({ input, env: { WF_TRACE_SERVER_URL: 'http://localhost:6007' } }).config.weave.api_key).toBeUndefined();
  });

  it('never prints', () => {
    const { config } = load({ env: { WANDB_API_KEY: 'key-secret' } });
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.weave.api_key}`]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('key-secret');
    }
  });
});

describe('${env:…} in the file', () => {
  const read = (value: string, env = {}) => load({ yaml: `queue: {dir: "${value}"}`, env }).config.queue.dir;
  it.each([
    ['${env:DIR}', { DIR: '/a' }, '/a'],
    ['/x/${env:DIR}/${env:SUB:-q}', { DIR: 'a' }, '/x/a/q'],
    ['${env:DIR:-/fallback}', {}, '/fallback'],
    ['${env:DIR:-/fallback}', { DIR: '' }, '/fallback'],
    ['$${env:DIR} costs 5$$', {}, '${env:DIR} costs 5$'],
    ['a$b', {}, 'a$b'],
    ['${env:DIR}', { DIR: '${env:OTHER}', OTHER: 'no' }, '${env:OTHER}'],
  ])('%s with %j is %s', (value, env, expected) => expect(read(value, env)).toBe(expected));

  it('keeps text that looks like another YAML type', () => {
    expect(load({ yaml: 'weave: {api_key: 12e4567890}' }).config.weave.api_key?.reveal()).toBe('12e4567890');
  });
});
