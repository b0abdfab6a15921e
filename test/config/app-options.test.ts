import { Agent } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { type AppConfig, type AppOptions, type AppSettings, resolveAppOptions } from '../../src/config/app-options.ts';
import type { Environment } from '../../src/config/given.ts';
import { ALL_OPTIONS } from '../../src/config/options.ts';

const KEY = 'k'.repeat(40);
const ENV: Environment = { WANDB_API_KEY: KEY, WEAVE_PROJECT: 'team/app' };

function resolve(options: AppOptions = {}, env: Environment = ENV, netrc = ''): AppConfig {
  return resolveAppOptions(options, { env, netrcFile: '/home/me/.netrc', readText: () => netrc });
}

function settings(options: AppOptions = {}, env: Environment = ENV, netrc = ''): AppSettings {
  const config = resolve(options, env, netrc);
  if (config.status === 'off') throw new Error(config.reason);
  return config.settings;
}

describe('the options of an app', () => {
  it.each<[string, object, string]>([
    ['an export mode that there is none of', { exportMode: 'imediate' }, 'exportMode is "imediate"'],
    ['a header that HTTP cannot carry', { headers: { 'a b': KEY, ok: 'yes' } }, 'header "a b"'],
    ['a header with such a value', { headers: { key: `${KEY}\n`, ok: 'yes' } }, 'header "key"'],
    ['an agent that is not one for each protocol', { agent: new Agent() }, 'agent is { http, https }'],
    ['a proxy that is none', { proxy: `proxy:${KEY}` }, 'proxy is no http or https URL'],
    ['an authority that is none', { ca: '/etc/ca.pem' }, 'certificates as PEM'],
  ])('warn of %s, and go on without', (_what, options, warning) => {
    const config = resolve(options as AppOptions);
    expect(config).toMatchObject({ status: 'on', warnings: [expect.stringContaining(warning)] });
    expect(JSON.stringify(config)).not.toMatch(new RegExp(`proxy:${KEY}|${KEY}\\\\n`));
    expect(settings(options as AppOptions)).toMatchObject({ agent: null, proxyEnv: {} });
    expect(settings(options as AppOptions).scheduledDelayMillis).toBe(1000);
    expect(settings(options as AppOptions).headers).toEqual('headers' in options ? { ok: 'yes' } : {});
  });

  it.each([
    ['true', 1000, []],
    ['false', null, []],
    ['yes', null, ['OTEL_WEAVE_LIVE is "yes"; allowed: true, false. Calls are not shown while they run']],
  ])('take OTEL_WEAVE_LIVE=%s for what it says, or say that it is none', (text, liveAfterMillis, warnings) => {
    const config = resolve({}, { ...ENV, OTEL_WEAVE_LIVE: text });
    expect(config).toMatchObject({ settings: { liveAfterMillis }, warnings });
  });

  it('need nothing but key and project, from the environment', () => {
    const found = settings();
    expect(found).toMatchObject({
      project: 'team/app',
      url: 'https://trace.wandb.ai',
      maxExportBatchSize: 512,
      scheduledDelayMillis: 1000,
      exportTimeoutMillis: 30_000,
      maxQueueBytes: 64 * 2 ** 20,
      timeoutMillis: 30_000,
      shutdownTimeoutMillis: 5000,
      liveAfterMillis: null,
      spoolDir: null,
      captureContent: true,
      headers: {},
      proxyEnv: {},
      ca: [],
      agent: null,
    });
    expect(found.apiKey?.reveal()).toBe(KEY);
  });

  it('are what the code says before what the environment says', () => {
    const found = settings({ project: 'other/one', url: 'https://weave.example/traces/', apiKey: 'mine' });
    expect(found).toMatchObject({ project: 'other/one', url: 'https://weave.example/traces' });
    expect(found.apiKey?.reveal()).toBe('mine');
  });

  it('know the same variables as the sidecar', () => {
    const ofPath = (path: string) => ALL_OPTIONS.find((option) => option.path === path);
    expect(ofPath('weave.project')?.env).toBe('WEAVE_PROJECT');
    expect(ofPath('weave.api_key')?.env).toBe('WANDB_API_KEY');
    expect(ofPath('weave.url')?.env).toBe('WF_TRACE_SERVER_URL');
    expect(ofPath('weave.url')?.option.envElse?.name).toBe('WANDB_BASE_URL');
    expect(ofPath('weave.url')?.option.default).toBe(settings().url);
  });

  it.each<[string, Environment, string]>([
    ['WF_TRACE_SERVER_URL', { ...ENV, WF_TRACE_SERVER_URL: 'https://one.example/t/' }, 'https://one.example/t'],
    ['WANDB_BASE_URL', { ...ENV, WANDB_BASE_URL: 'https://wandb.example' }, 'https://wandb.example/traces'],
    ['WANDB_BASE_URL of W&B itself', { ...ENV, WANDB_BASE_URL: 'https://api.wandb.ai' }, 'https://trace.wandb.ai'],
  ])('find the server by %s', (_name, env, url) => {
    expect(settings({}, env).url).toBe(url);
  });

  it('find the key in ~/.netrc', () => {
    const netrc = `machine api.wandb.ai\n  login user\n  password ${KEY}\n`;
    expect(settings({}, { WEAVE_PROJECT: 'team/app' }, netrc).apiKey?.reveal()).toBe(KEY);
  });

  it('need no key for a Weave on this machine, and no project where resources name theirs', () => {
    expect(settings({ url: 'http://localhost:6007' }, {})).toMatchObject({ apiKey: null, project: null });
  });

  it.each<[string, AppOptions, Environment]>([
    ['key is missing; set WANDB_API_KEY', {}, { WEAVE_PROJECT: 'team/app' }],
    ['key holds blanks', { apiKey: 'two words' }, ENV],
    ['project is "nothing"', { project: 'nothing' }, ENV],
    ['project is "a/b/c"', {}, { ...ENV, WEAVE_PROJECT: 'a/b/c' }],
    ['URL is "trace.wandb.ai"', { url: 'trace.wandb.ai' }, ENV],
    ['URL is "https://[redacted]@weave.example"', { url: 'https://me:pass@weave.example' }, ENV],
  ])('turn it off where the %s', (reason, options, env) => {
    const config = resolve(options, env);
    expect(config).toMatchObject({ status: 'off', reason: expect.stringContaining(reason) });
    expect(JSON.stringify(config)).not.toContain(KEY);
  });

  it.each<[keyof AppSettings, AppOptions, string]>([
    ['maxExportBatchSize', { maxExportBatchSize: 7 }, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
    ['scheduledDelayMillis', { scheduledDelayMillis: 7 }, 'OTEL_BSP_SCHEDULE_DELAY'],
    ['exportTimeoutMillis', { exportTimeoutMillis: 7 }, 'OTEL_BSP_EXPORT_TIMEOUT'],
    ['maxQueueSize', { maxQueueSize: 7 }, 'OTEL_BSP_MAX_QUEUE_SIZE'],
  ])('take %s from the code, else from the environment', (name, options, variable) => {
    const env = { ...ENV, [variable]: '9' };
    expect(settings(options, env)[name]).toBe(7);
    expect(settings({}, env)[name]).toBe(9);
  });

  it.each<[unknown, boolean]>([
    [undefined, true],
    [true, true],
    [false, false],
    ['false', false],
  ])('let content out only where captureContent says so or nothing (%p: %p)', (captureContent, expected) => {
    expect(settings({ captureContent } as AppOptions, ENV).captureContent).toBe(expected);
  });

  it.each<[string, AppOptions, Environment]>([
    ['OTEL_BSP_SCHEDULE_DELAY', {}, { ...ENV, OTEL_BSP_SCHEDULE_DELAY: 'soon' }],
    ['The option maxQueueBytes', { maxQueueBytes: 10 }, ENV],
    ['The option timeoutMillis', { timeoutMillis: Number.NaN }, ENV],
  ])('warn of %s out of range, and go on with the default', (place, options, env) => {
    const config = resolve(options, env);
    expect(config).toMatchObject({ status: 'on', warnings: [expect.stringContaining(place)] });
    expect(settings(options, env)).toMatchObject({
      scheduledDelayMillis: 1000,
      maxQueueBytes: 64 * 2 ** 20,
      timeoutMillis: 30_000,
    });
  });

  it('send each span at once where that is asked for', () => {
    expect(settings({ exportMode: 'immediate', scheduledDelayMillis: 500 }).scheduledDelayMillis).toBe(0);
    expect(settings({ exportMode: 'batched', scheduledDelayMillis: 500 }).scheduledDelayMillis).toBe(500);
  });

  it.each<[AppOptions['live'], Environment, number | null]>([
    [undefined, ENV, null],
    [undefined, { ...ENV, OTEL_WEAVE_LIVE: 'true' }, 1000],
    [false, { ...ENV, OTEL_WEAVE_LIVE: 'true' }, null],
    [true, ENV, 1000],
    [{}, ENV, 1000],
    [{ after: 0 }, ENV, 0],
    [{ after: 250 }, ENV, 250],
    [{ after: -1 }, ENV, 1000],
  ])('show live calls with %j', (live, env, after) => {
    expect(settings({ live }, env).liveAfterMillis).toBe(after);
  });

  it('know the proxy of the environment, or one of their own', () => {
    const env = { ...ENV, HTTPS_PROXY: 'http://proxy:1', no_proxy: 'internal', HTTP_PROXY: '' };
    expect(settings({}, env).proxyEnv).toEqual({ HTTPS_PROXY: 'http://proxy:1', no_proxy: 'internal' });
    const own = { HTTP_PROXY: 'http://mine:2', HTTPS_PROXY: 'http://mine:2' };
    expect(settings({ proxy: 'http://mine:2' }, env).proxyEnv).toEqual(own);
  });

  it('take certificates alone or as a list, and the spool from code or environment', () => {
    expect(settings({ ca: 'PEM' }).ca).toEqual(['PEM']);
    expect(settings({ ca: ['ONE', 'TWO'] }).ca).toEqual(['ONE', 'TWO']);
    expect(settings({ spoolDir: '/spool' }).spoolDir).toBe('/spool');
    expect(settings({}, { ...ENV, OTEL_WEAVE_SPOOL_DIR: '/env' }).spoolDir).toBe('/env');
  });
});
