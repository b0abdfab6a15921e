// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config file's own syntax
import { describe, expect, it } from '@jest/globals';
import { proxyEnvironment } from '../../src/config/proxy.ts';
import { readSenderKeys, senderKeyFiles } from '../../src/config/sender-keys.ts';
import type { Sources } from '../../src/config/sources.ts';
import { load, problemsOf } from './world.ts';

const keysOf = (yaml: string, env = {}) =>
  load({ yaml: `receive: {auth: {keys: ${yaml}}}`, env }).config.receive.auth.keys;

function sourcesWith(files: Readonly<Record<string, string>>): Sources {
  return {
    env: {},
    netrcFile: '',
    readText(path) {
      const text = files[path];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
  };
}

describe('receive.auth.keys', () => {
  it('reads tokens, users and files', () => {
    const keys = keysOf(
      '[{name: a, token: "${env:T}", project: team/a}, {name: b, username: u, password: "p w"}, {name: c, token_file: t}, {name: d, username: v, password_file: f}]',
      { T: 't0ken' },
    );
    expect(senderKeyFiles(keys)).toEqual(['t', 'f']);
    expect(readSenderKeys(keys, sourcesWith({ t: 'from file\n', f: 'x' }))).toEqual([
      { name: 'a', credential: { scheme: 'bearer', token: 't0ken' }, project: 'team/a' },
      { name: 'b', credential: { scheme: 'basic', username: 'u', password: 'p w' }, project: null },
      { name: 'c', credential: { scheme: 'bearer', token: 'from file' }, project: null },
      { name: 'd', credential: { scheme: 'basic', username: 'v', password: 'x' }, project: null },
    ]);
    expect(JSON.stringify(keys)).not.toMatch(/t0ken|p w/);
  });

  it.each([
    ['is not there', {}],
    ['is empty', { t: ' \n' }],
  ])('names the key and the file where that %s', (_case, files) => {
    expect(() => readSenderKeys(keysOf('[{name: c, token_file: t}]'), sourcesWith(files))).toThrow(
      expect.objectContaining({
        code: 'AUTH_UNUSABLE',
        message: 'receive.auth.keys: cannot read the key of c from t.',
      }),
    );
  });

  const ONE_OF = 'must have one of: token, token_file, username with password, username with password_file';
  it.each([
    ['{name: a}', ONE_OF],
    ['{name: a, token: t, token_file: f}', ONE_OF],
    ['{name: a, token: t, username: u, password: p}', ONE_OF],
    ['{name: a, token: t, username: u}', ONE_OF],
    ['{name: a, username: u}', ONE_OF],
    ['{name: a, password: p}', ONE_OF],
    ['{name: a, token: "two words"}', 'must be printable text without spaces'],
    ['{name: a, username: "u:v", password: p}', 'must be without a colon'],
    ['{name: "a b", token: t}', 'must be 1 to 64 letters'],
    ['{name: a, token: t, project: here}', 'must be a W&B project as entity/project'],
    ['{name: a, token: t, projekt: a/b}', 'projekt'],
  ])('does not take %s', (item, message) => {
    expect(problemsOf({ yaml: `receive: {auth: {keys: [${item}]}}` })).toEqual([expect.stringContaining(message)]);
  });
});

describe('TLS', () => {
  it.each([
    ['receive.http.tls.cert_file=c', 'receive.http.tls has no key_file'],
    ['receive.grpc.tls.key_file=k', 'receive.grpc.tls has no cert_file'],
    ['receive.http.tls.client_ca_file=ca', 'receive.http.tls has no cert_file and no key_file'],
    ['weave.tls.cert_file=c', 'weave.tls has no key_file'],
  ])('with %s: %s', (set, problem) => {
    expect(problemsOf({ input: { set: [set] } })).toEqual([expect.stringContaining(problem)]);
  });

  it('towards Weave may be an authority alone', () => {
    expect(load({ input: { set: ['weave.tls.ca_file=ca.pem'] } }).config.weave.tls.ca_file).toBe('ca.pem');
  });
});

describe('receive.http.cors', () => {
  it.each(['https://app.example.com', 'https://*.example.com', 'http://localhost:*', 'http://[::1]:3000', '*'])(
    'takes the origin %s',
    (origin) => {
      const { config } = load({ yaml: `receive: {http: {cors: {allowed_origins: ["${origin}"]}}}` });
      expect(config.receive.http.cors.allowed_origins).toEqual([origin]);
    },
  );

  it.each(['app.example.com', 'https://app.example.com/', 'https://app.example.com/path', ''])(
    'does not take %j',
    (origin) => {
      expect(problemsOf({ yaml: `receive: {http: {cors: {allowed_origins: ["${origin}"]}}}` })).toEqual([
        expect.stringContaining('must be an origin such as https://app.example.com, without a path'),
      ]);
    },
  );
});

describe('the key of the bridge', () => {
  it('is not asked for where every sender must bring its own', () => {
    const needed = (mode: string) => ({ input: { keyNeeded: true, set: [`receive.auth.wandb_key=${mode}`] } });
    expect(load(needed('require')).config.weave.api_key).toBeUndefined();
    expect(problemsOf(needed('accept'))).toEqual([expect.stringContaining('weave.api_key: missing')]);
  });
});

describe('the proxy', () => {
  const env = { HTTPS_PROXY: 'http://one', no_proxy: 'host', HTTP_PROXY: '', OTHER: 'x' };

  it('is the one that is given, for everything', () => {
    const given = load({ input: { set: ['weave.proxy=http://me:pw@proxy:3128'] } }).config.weave.proxy;
    const proxy = given?.reveal();
    expect(proxyEnvironment(proxy, env)).toEqual({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
    expect(JSON.stringify(given)).toBe('"[redacted]"');
  });

  it('is else that of the environment', () => {
    expect(proxyEnvironment(undefined, env)).toEqual({ HTTPS_PROXY: 'http://one', no_proxy: 'host' });
  });

  it('may be named without http:// in the environment, as other programs take it', () => {
    const env = { HTTPS_PROXY: 'proxy:3128', http_proxy: 'user:pass@10.0.0.1:80', NO_PROXY: 'host:80' };
    expect(proxyEnvironment(undefined, env)).toEqual({
      HTTPS_PROXY: 'http://proxy:3128',
      http_proxy: 'http://user:pass@10.0.0.1:80',
      NO_PROXY: 'host:80',
    });
  });

  it.each(['proxy:3128', 'ftp://proxy', 'socks5://proxy'])('cannot be %s', (proxy) => {
    expect(problemsOf({ input: { set: [`weave.proxy=${proxy}`] } })).toEqual([
      expect.stringContaining('weave.proxy is "[redacted]"; allowed: an http or https URL of a proxy'),
    ]);
  });
});
