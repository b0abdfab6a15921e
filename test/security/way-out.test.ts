import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createBench } from '../cli/child.ts';
import { postRecording } from '../cli/recording.ts';
import { asProtobuf, traceRequest } from '../receive/otlp.ts';
import { closeAll, closeLater } from '../receive/receivers.ts';
import { createAuthority, DAY_MS } from './certificates.ts';
import { sendTo, startBridge } from './service-world.ts';
import { authority, temporaryFolder } from './transports.ts';

afterEach(closeAll);

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  closeLater(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A Weave behind TLS, known to nobody but who trusts its authority; `clientCa`: it asks for a certificate. */
async function startSecureWeave(clientCa?: string, certificate?: Parameters<typeof authority.issue>[1]) {
  const paths: string[] = [];
  const { cert, key } = authority.issue('localhost', certificate);
  const server = createHttpsServer(
    { cert, key, ...(clientCa && { ca: clientCa, requestCert: true }) },
    (request, response) => {
      paths.push(request.url ?? '');
      request.resume().on('end', () => {
        response.end('{}');
        server.emit('noted');
      });
    },
  );
  const port = await listen(server as Server);
  return {
    url: `https://localhost:${port}`,
    host: `localhost:${port}`,
    port,
    paths,
    noted: () => once(server, 'noted'),
  };
}

/** A proxy that opens tunnels for whoever shows this user and password. */
async function startProxy(to: number, user = 'me', password = 'pa55') {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request, socket: Socket) => {
    asked.push(`${request.method} ${request.url}`);
    socket.on('error', () => undefined);
    if (request.headers['proxy-authorization'] !== `Basic ${btoa(`${user}:${password}`)}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const upstream = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  const port = await listen(server);
  return { url: `http://${user}:${password}@127.0.0.1:${port}`, port, asked };
}

function written(text: string): string {
  const file = join(temporaryFolder(), 'file.pem');
  writeFileSync(file, text);
  return file;
}

/** Options for a Weave with such a certificate, of a known authority. */
async function shows(certificate: Parameters<typeof authority.issue>[1]): Promise<readonly string[]> {
  return [`weave.url=${(await startSecureWeave(undefined, certificate)).url}`, caFile()];
}

async function plainPort(): Promise<number> {
  return listen(createHttpServer());
}

async function throughProxy(credentials: string): Promise<readonly string[]> {
  const { port } = await startProxy(await plainPort());
  return ['weave.url=https://weave.example', `weave.proxy=http://${credentials}127.0.0.1:${port}`];
}

const SPANS = asProtobuf(traceRequest());
const caFile = () => `weave.tls.ca_file=${written(authority.cert)}`;

describe('the way to Weave', () => {
  it('goes to a server of an own authority, through a proxy that asks who it is', async () => {
    const weave = await startSecureWeave();
    const proxy = await startProxy(weave.port);
    const { addresses } = await startBridge(
      temporaryFolder(),
      `weave.url=${weave.url}`,
      caFile(),
      `weave.proxy=${proxy.url}`,
    );
    const noted = weave.noted();
    await sendTo(addresses.http, SPANS);
    await noted;
    expect(weave.paths).toEqual(['/v2/bridge/default/calls/complete']);
    expect(proxy.asked).toEqual([`CONNECT ${weave.host}`]);
  });

  it('shows a certificate to a server that asks for one', async () => {
    const clients = createAuthority('of clients');
    const { cert, key } = clients.issue('the bridge');
    const weave = await startSecureWeave(clients.cert);
    const pair = [`weave.tls.cert_file=${written(cert)}`, `weave.tls.key_file=${written(key)}`];
    const { addresses } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`, caFile(), ...pair);
    const noted = weave.noted();
    await sendTo(addresses.http, SPANS);
    await noted;
    expect(weave.paths).toHaveLength(1);
  });

  it('sends nothing to a server that it cannot trust, keeps what it has, and says why', async () => {
    const weave = await startSecureWeave();
    const { addresses, log, close } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`);
    await sendTo(addresses.http, SPANS);
    while (!log.lines.some(({ level }) => level === 'error')) await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.stringify(log.lines)).toMatch(/unable to (verify|get)/);
    expect(JSON.stringify(log.lines)).toContain('weave.tls.ca_file');
    expect(await close()).toMatchObject({ delivered: 0, left: 1 });
    expect(weave.paths).toEqual([]);
  });

  it.each<[string, () => Promise<readonly string[]>, RegExp, RegExp | undefined]>([
    [
      'a certificate that has expired',
      () => shows({ ageMs: 3 * DAY_MS }),
      /certificate has expired/,
      /weave\.tls\.ca_file/,
    ],
    ['a certificate of another host', () => shows({ host: 'weave.example' }), /altnames.*weave\.example/, /weave\.url/],
    ['a certificate of nobody', async () => [`weave.url=${(await startSecureWeave()).url}`], /unable to/, /ca_file/],
    ['a server without TLS', async () => [`weave.url=https://localhost:${await plainPort()}`], /SSL|TLS/, /weave\.url/],
    ['a proxy that asks for a password', () => throughProxy(''), /407/, /proxy/],
    [
      'a host that is not there',
      async () => ['weave.url=https://nowhere.invalid'],
      /(ENOTFOUND|EAI_AGAIN).*nowhere/,
      undefined,
    ],
    ['a port where nobody listens', async () => ['weave.url=http://localhost:9'], /ECONNREFUSED/, undefined],
  ])('tells of %s, and what to do where a person can', async (_name, arrange, reason, todo) => {
    const { addresses } = await startBridge(temporaryFolder(), ...(await arrange()));
    await sendTo(addresses.http, SPANS);
    let troubles: readonly string[] = [];
    while (troubles.length === 0) {
      const page = await fetch(`http://${addresses.health}/`);
      const health = (await page.json()) as Partial<Record<'troubles' | 'reasons', readonly string[]>>;
      troubles = health.troubles ?? health.reasons ?? [];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(troubles).toEqual([expect.stringMatching(reason)]);
    expect(troubles[0]).toMatch(todo ?? /in a row\)$/);
  });

  it.each([
    ['ca_file', ['weave.tls.ca_file=/nowhere.pem'], /^weave\.tls\.ca_file: \/nowhere\.pem cannot be read: ENOENT/],
    ['cert_file', ['weave.tls.cert_file=/nowhere.pem', 'weave.tls.key_file=/nowhere.pem'], /^weave\.tls\.cert_file: /],
  ])('does not start without its %s, and says which', async (_name, set, message) => {
    await expect(startBridge(temporaryFolder(), 'weave.url=https://localhost', ...set)).rejects.toMatchObject({
      code: 'TLS_UNUSABLE',
      message: expect.stringMatching(message),
    });
  });
});

describe('a real process', () => {
  const FREE = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'].flatMap(
    (path) => [...['--set', `${path}=localhost:0`]],
  );

  it.each([
    ['asks the proxy of HTTPS_PROXY', {}, 1],
    ['asks no proxy for a host of NO_PROXY', { NO_PROXY: 'localhost' }, 0],
  ])('%s', async (_name, more, tunnels) => {
    const bench = createBench();
    closeLater(bench.close);
    const weave = await startSecureWeave();
    const proxy = await startProxy(weave.port);
    const env = { WF_TRACE_SERVER_URL: weave.url, WEAVE_PROJECT: 'a/b', HTTPS_PROXY: proxy.url, ...more };
    const child = bench.start(['serve', ...FREE, '--set', caFile()], { ...env, WANDB_API_KEY: 'k' });
    const noted = weave.noted();
    await postRecording((await child.ready())['http']);
    await noted;
    expect(proxy.asked).toHaveLength(tunnels);
  });
});
