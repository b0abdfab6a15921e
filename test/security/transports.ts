import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { OUTCOMES } from '../../src/receive/outcomes.ts';
import type { NetworkReceiverDeps, ReceiverSettings } from '../../src/receive/receiver.ts';
import type { TlsSettings } from '../../src/receive/tls.ts';
import { closeLater, EXPORT_TRACES, startGrpc, startHttp } from '../receive/receivers.ts';
import { createAuthority, type Identity } from './certificates.ts';

/** The four ways in, behind one face: what holds for one is asked of all. */

export const TRANSPORTS = ['http', 'https', 'grpc', 'grpcs'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const authority = createAuthority();
const serverIdentity = authority.issue();

export interface Message {
  readonly body?: Buffer;
  /** Headers, or metadata. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Heard {
  /** The name of the outcome; of gRPC the first one that has its code. */
  readonly status: number;
  readonly message: string;
  readonly headers: IncomingHttpHeaders;
}

/** What a client shows and trusts. */
export interface ClientTls {
  readonly ca?: string;
  readonly identity?: Identity;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-security-'));
  closeLater(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** PEM files, as options name them. */
export function tlsFiles(identity: Identity = serverIdentity, more: Partial<TlsSettings> = {}): TlsSettings {
  const dir = temporaryFolder();
  const [certFile, keyFile] = [join(dir, 'tls.crt'), join(dir, 'tls.key')];
  writeFileSync(certFile, identity.cert);
  writeFileSync(keyFile, identity.key);
  return { option: 'receive.http.tls', certFile, keyFile, minVersion: '1.2', reloadIntervalMs: 60_000, ...more };
}

export const isTls = (transport: Transport) => transport.endsWith('s');
export const isGrpc = (transport: Transport) => transport.startsWith('grpc');

/** Starts a receiver; `send` is one request on a connection of its own, and rejects where there is no answer. */
export async function open(
  transport: Transport,
  deps: Partial<NetworkReceiverDeps> = {},
  settings: Partial<ReceiverSettings> = {},
) {
  const start = isGrpc(transport) ? startGrpc : startHttp;
  const started = await start(deps, { ...(isTls(transport) && { tls: tlsFiles() }), ...settings });
  const send = (message: Message = {}, tls: ClientTls = { ca: authority.cert }) =>
    isGrpc(transport) ? call(transport, started.port, message, tls) : post(transport, started.port, message, tls);
  return { ...started, send };
}

async function post(transport: Transport, port: number, message: Message, { ca, identity }: ClientTls): Promise<Heard> {
  const { body = Buffer.from([1]), headers = {} } = message;
  const request = isTls(transport) ? httpsRequest : httpRequest;
  const outgoing = request({
    ...{ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', agent: false, ca, ...identity },
    headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length, ...headers },
  });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  outgoing.on('error', () => undefined);
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, message: text, headers: response.headers };
}

async function call(transport: Transport, port: number, message: Message, tls: ClientTls): Promise<Heard> {
  const client = new Client(
    `127.0.0.1:${port}`,
    isTls(transport) ? channelCredentials(tls) : credentials.createInsecure(),
    {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
    },
  );
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(message.headers ?? {})) metadata.set(name, value);
  const asIs = (bytes: Buffer) => bytes;
  const error = await new Promise<ServiceError | null>((resolve) =>
    client.makeUnaryRequest(EXPORT_TRACES, asIs, asIs, message.body ?? Buffer.from([1]), metadata, resolve),
  );
  client.close();
  const code = error?.code ?? status.OK;
  // What a transport that cannot connect says: like an HTTP client that has no answer.
  if (code === status.UNAVAILABLE && /No connection established/.test(error?.details ?? '')) throw error;
  return { status: httpStatusOf(code), message: error?.details ?? '', headers: {} };
}

function channelCredentials({ ca, identity }: ClientTls): ChannelCredentials {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(ca), pem(identity?.key), pem(identity?.cert));
}

/** The HTTP status that the same outcome has. */
function httpStatusOf(code: number): number {
  return Object.values(OUTCOMES).find(({ grpc }) => grpc === code)?.http ?? code;
}
