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
import { createAuthority } from './certificates.ts';
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
async function startSecureWeave(clientCa?: string) {
  const paths: string[] = [];
  const { cert, key } = authority.issue();
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
    while (!log.lines.some(({ level }) => level === 'warn')) await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.stringify(log.lines)).toMatch(/unable to (verify|get)/);
    expect(await close()).toMatchObject({ delivered: 0, left: 1 });
    expect(weave.paths).toEqual([]);
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
