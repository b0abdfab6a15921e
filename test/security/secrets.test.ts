import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Bench, type Child, createBench } from '../cli/child.ts';
import { asProtobuf, traceRequest } from '../receive/otlp.ts';
import { closeAll, closeLater } from '../receive/receivers.ts';
import { sendTo } from './service-world.ts';
import { authority } from './transports.ts';

/** Each secret stands in the place where users put it; none may come out of the process again, whatever goes wrong. */

afterEach(closeAll);

const identity = authority.issue();
const SECRETS = {
  apiKey: 'secret-api-key-4f1c',
  token: 'secret-token-9b2e',
  password: 'secret-password-77aa',
  fileToken: 'secret-file-token-1d0f',
  wandbKey: 'secret-wandb-key-c3d4',
  proxy: 'secret-proxy-5e5e',
  jobs: 'secret-jobs-key-8a8a',
  netrc: 'secret-netrc-2b2b',
  prompt: 'secret-prompt-6c6c',
  tlsKey: identity.key.split('\n')[1] ?? '',
};
const AS_BASIC = [
  `api:${SECRETS.apiKey}`,
  `api:${SECRETS.wandbKey}`,
  `me:${SECRETS.proxy}`,
  `otel:${SECRETS.password}`,
];
const SPANS = asProtobuf(
  traceRequest({ span: { attributes: [{ key: 'gen_ai.prompt', value: { stringValue: SECRETS.prompt } }] } }),
);
const FREE = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];

/** What of the secrets a text shows, by name. */
function shownIn(text: string, except: readonly (keyof typeof SECRETS)[] = []): readonly string[] {
  const plain = Object.entries(SECRETS).filter(([name]) => !except.some((one) => one === name));
  const basic = AS_BASIC.map((pair) => ['basic', Buffer.from(pair).toString('base64')] as const);
  return [...plain, ...basic].flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Says everything that it was told. */
function echo(status: number): (request: IncomingMessage, response: ServerResponse) => void {
  return ({ headers, url }, response) => {
    const key = Buffer.from((headers.authorization ?? '').slice(6), 'base64').toString();
    response.statusCode = status;
    response.end(
      JSON.stringify({ detail: `${url} ${headers.authorization} ${key} ${headers['proxy-authorization']}` }),
    );
  };
}

/** A folder with a config that holds every secret, in every way in which one can be given. */
function prepare(
  weaveUrl: string,
  more = '',
): { readonly bench: Bench; readonly args: readonly string[]; readonly env: Record<string, string> } {
  const bench = createBench();
  closeLater(bench.close);
  const write = (name: string, text: string) => writeFileSync(join(bench.dir, name), text);
  write('tls.crt', identity.cert);
  write('tls.key', identity.key);
  write('token', `${SECRETS.fileToken}\n`);
  write('.netrc', `machine localhost login user password ${SECRETS.netrc}\n`);
  write(
    'bridge.yaml',
    `
weave: {url: "${weaveUrl}", project: a/b, timeout: 5s${more}}
receive:
  grpc: {tls: {cert_file: tls.crt, key_file: tls.key}}
  auth:
    wandb_key: accept
    keys:
      - {name: plain, token: "\${env:SENDER_TOKEN}"}
      - {name: basic, username: otel, password: ${SECRETS.password}}
      - {name: file, token_file: token}
jobs: {url: "${weaveUrl}", api_key: ${SECRETS.jobs}}
retry: {initial: 10ms, max: 20ms}
shutdown: {timeout: 100ms}
telemetry: {log_level: debug}
`,
  );
  const env = { WANDB_API_KEY: SECRETS.apiKey, SENDER_TOKEN: SECRETS.token };
  return { bench, args: ['--config', 'bridge.yaml', ...FREE.flatMap((path) => ['--set', `${path}=localhost:0`])], env };
}

const auth = (authorization: string) => ({ authorization });

/** Sends with every key, good and bad ones; answers what the bridge said to that. */
async function sendAll(http: string): Promise<string> {
  const statuses = [
    await sendTo(http, SPANS, auth(`Bearer ${SECRETS.token}`)),
    await sendTo(http, SPANS, auth(`Bearer ${SECRETS.fileToken}`)),
    await sendTo(http, SPANS, auth(`Basic ${btoa(`otel:${SECRETS.password}`)}`)),
    await sendTo(http, SPANS, { ...auth(`Bearer ${SECRETS.token}`), 'wandb-api-key': SECRETS.wandbKey }),
    await sendTo(http, SPANS, auth(`Bearer ${SECRETS.token}x`)),
    await sendTo(http, Buffer.from(SECRETS.prompt), auth(`Bearer ${SECRETS.token}`)),
  ];
  expect(statuses).toEqual([200, 200, 200, 200, 401, 400]);
  const bad = await fetch(`http://${http}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRETS.token}x`, 'content-type': 'application/json' },
  });
  return bad.text();
}

/** Everything that the bridge tells the world, and leaves behind. */
async function allOutput(child: Child, dir: string, ready: Readonly<Record<string, string>>) {
  const pages = await Promise.all(
    [`${ready['health']}/`, `${ready['metrics']}/metrics`].map(async (at) => (await fetch(`http://${at}`)).text()),
  );
  child.process.kill('SIGTERM');
  const { stdout, stderr } = await child.exit;
  const queue = join(dir, '.otel-weave/queue');
  const files = readdirSync(queue).map((name) => readFileSync(join(queue, name), 'latin1'));
  return { said: [...pages, stdout, stderr].join('\n'), stored: files.join('\n') };
}

describe('no secret comes out', () => {
  it.each([401, 400])('where Weave answers %i and repeats what it was told', async (status) => {
    const weave = await serve(echo(status));
    const { bench, args, env } = prepare(`http://localhost:${portOf(weave)}`);
    const child = bench.start(['serve', ...args], env);
    const ready = await child.ready();
    const answers = await sendAll(ready['http'] ?? '');
    await child.said(status === 401 ? 'Weave turns the bridge away' : 'refused for good');
    const { said, stored } = await allOutput(child, bench.dir, ready);
    expect(shownIn(said + answers)).toEqual([]);
    expect(shownIn(stored, ['prompt'])).toEqual([]);
    expect(stored).toContain(SECRETS.prompt);
  });

  it('where nobody listens', async () => {
    const { bench, args, env } = prepare('http://localhost:9');
    const child = bench.start(['serve', ...args], env);
    const ready = await child.ready();
    await sendAll(ready['http'] ?? '');
    await child.said('ECONNREFUSED');
    expect(shownIn((await allOutput(child, bench.dir, ready)).said)).toEqual([]);
  });

  it('where the proxy turns the bridge away', async () => {
    const proxy = await serve(echo(407));
    proxy.on('connect', (request, socket) => {
      const said = `${request.headers['proxy-authorization']}`;
      socket.end(`HTTP/1.1 407 ${said}\r\nX-Said: ${said}\r\nContent-Length: 0\r\n\r\n`);
    });
    const url = `http://me:${SECRETS.proxy}@localhost:${portOf(proxy)}`;
    const { bench, args, env } = prepare('https://weave.example', `, proxy: "${url}"`);
    const child = bench.start(['serve', ...args], env);
    const ready = await child.ready();
    await sendAll(ready['http'] ?? '');
    await child.said('Weave turns the bridge away');
    expect(shownIn((await allOutput(child, bench.dir, ready)).said)).toEqual([]);
  });

  it('where the configuration is wrong in every place that holds one', async () => {
    const { bench } = prepare('http://localhost:9');
    const bad = `
weave: {url: "https://me:${SECRETS.apiKey}@host", api_key: "${SECRETS.apiKey} x", proxy: "ftp://me:${SECRETS.proxy}@host"}
receive:
  auth:
    keys:
      - {name: a, token: "${SECRETS.token} x"}
      - {name: b, token: ${SECRETS.token}, password: ${SECRETS.password}}
      - {name: "${'n'.repeat(65)}", username: "a:b", password: ${SECRETS.password}}
jobs: {api_key: "${SECRETS.jobs} x"}
`;
    writeFileSync(join(bench.dir, 'bad.yaml'), bad);
    writeFileSync(
      join(bench.dir, 'broken.yaml'),
      `weave: {api_key: ${SECRETS.apiKey}\n  "${SECRETS.token}": [${SECRETS.password}`,
    );
    const runs = [
      bench.run(['serve', '--config', 'bad.yaml']),
      bench.run(['serve', '--config', 'broken.yaml']),
      bench.run(['serve', '--set', `receive.auth.keys=[{"name":"a","token":"${SECRETS.token}"`]),
    ];
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      expect(code).toBe(2);
      expect(shownIn(stdout + stderr)).toEqual([]);
    }
  });

  it('where a TLS file holds something else, or two senders have the same key', async () => {
    const { bench, args, env } = prepare('http://localhost:9');
    const [cert, token] = ['receive.grpc.tls.cert_file=tls.key', 'receive.auth.keys'];
    const twice = JSON.stringify(['a', 'b'].map((name) => ({ name, token: SECRETS.token })));
    const runs = [
      bench.run(['serve', ...args, '--set', cert], { env }),
      bench.run(['serve', ...args, '--set', 'queue.dir=q', '--set', `${token}=${twice}`], { env }),
    ];
    const [first, second] = await Promise.all(runs);
    expect(first?.stderr).toContain('holds no certificate');
    expect(second?.stderr).toContain('a and b are the same key');
    expect(shownIn(`${first?.stdout}${first?.stderr}${second?.stdout}${second?.stderr}`)).toEqual([]);
  });

  it('of --help and validate', async () => {
    const { bench, args, env } = prepare('http://localhost:9');
    const runs = [
      bench.run(['serve', '--help'], { env }),
      bench.run(['validate', ...args], { env }),
      bench.run(['validate', '--online', ...args], { env }),
    ];
    const ended = await Promise.all(runs);
    expect(ended[0]?.code).toBe(0);
    expect(shownIn(ended.map(({ stdout, stderr }) => stdout + stderr).join('\n'))).toEqual([]);
  });

  it('of a crash, and of the report that Node writes about a process', async () => {
    const { bench, args, env } = prepare('http://localhost:9');
    const crash = 'setTimeout(() => { throw new Error("a bug") }, 100).unref()';
    writeFileSync(join(bench.dir, 'bug.mjs'), `process.on('SIGUSR1', () => { ${crash} });`);
    const options = `--import ./bug.mjs --report-on-signal --report-signal=SIGUSR2 --report-directory=${bench.dir}`;
    const child = bench.start(['serve', ...args], { ...env, NODE_OPTIONS: options });
    const ready = await child.ready();
    await sendAll(ready['http'] ?? '');
    child.process.kill('SIGUSR2');
    await child.said('Node.js report completed');
    child.process.kill('SIGUSR1');
    const { code, stdout, stderr } = await child.exit;
    expect(code).toBe(70);
    expect(stderr).toContain('a bug');
    const report = readdirSync(bench.dir).filter((name) => name.startsWith('report.'));
    expect(report).toHaveLength(1);
    expect(shownIn(stdout + stderr + readFileSync(join(bench.dir, report[0] ?? ''), 'utf8'))).toEqual([]);
  });
});
