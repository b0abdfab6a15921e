import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Client, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { createAccounts } from '../../src/core/accounts.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { AcceptOutcome, RawRequest } from '../../src/core/ports.ts';
import { createAdmit } from '../../src/receive/admit.ts';
import { GRPC_LIMITS, type GrpcReceiverSettings, startGrpcReceiver } from '../../src/receive/grpc.ts';
import { HTTP_LIMITS, type HttpReceiverSettings, startHttpReceiver } from '../../src/receive/http.ts';
import { type NetworkReceiverDeps as Deps, RECEIVER_LIMITS, type Receiver } from '../../src/receive/receiver.ts';

/** Receivers on free ports with an `accept` that keeps what it is given, and clients that say exactly what a test wants. */

const closers: (() => unknown)[] = [];

/** For `afterEach`: closes everything that a test has opened. */
export async function closeAll(): Promise<void> {
  while (closers.length > 0) await closers.pop()?.();
}

export function closeLater(close: () => unknown): void {
  closers.push(close);
}

/** A look at a request that finds one valid span in any body, and that it names its project. */
const oneSpan: Deps['check'] = () => ({ status: 'ok', spans: 1, rejected: 0, message: '', unrouted: 0 });

function createDeps(over: Partial<Deps>) {
  const accepted: RawRequest[] = [];
  const accept = async (raw: RawRequest): Promise<AcceptOutcome> => {
    accepted.push(raw);
    return { status: 'accepted' };
  };
  const counters = createCounters();
  const admit = createAdmit(createAccounts({ maxKeys: 10 }), { keys: [], wandbKey: 'ignore' });
  const deps: Deps = { accept, check: oneSpan, clock: systemClock, log: silentLog, counters, admit, ...over };
  /** What was counted under a name, by its labels: `{"http success": 1}`. */
  const counted = (name: string) =>
    Object.fromEntries(
      deps.counters
        .all()
        .flatMap((counter) =>
          counter.name === name ? [[Object.values(counter.labels).join(' '), counter.value]] : [],
        ),
    );
  return { deps, accepted, counted };
}

/** An `accept` that keeps requests waiting until it is released, at the latest when the test is over. */
export function createHoldingAccept() {
  const { promise: held, resolve } = Promise.withResolvers<AcceptOutcome>();
  const { promise: holding, resolve: seen } = Promise.withResolvers<void>();
  const accepted: RawRequest[] = [];
  const accept = (raw: RawRequest): Promise<AcceptOutcome> => {
    accepted.push(raw);
    seen();
    return held;
  };
  const release = () => resolve({ status: 'accepted' });
  return {
    accept,
    accepted,
    /** Resolves once something waits. Registers the release, so that the receiver can close afterwards. */
    async untilHolding(): Promise<void> {
      closeLater(release);
      await holding;
    },
    release,
  };
}

const SHARED = { ...RECEIVER_LIMITS, host: 'localhost', port: 0, defaultProjectKnown: true, joinLogs: true, tls: null };

export async function startHttp(deps: Partial<Deps> = {}, settings: Partial<HttpReceiverSettings> = {}) {
  const made = createDeps(deps);
  const receiver = await startHttpReceiver(made.deps, { ...SHARED, ...HTTP_LIMITS, ...settings });
  return { ...made, ...opened(receiver) };
}

export async function startGrpc(deps: Partial<Deps> = {}, settings: Partial<GrpcReceiverSettings> = {}) {
  const made = createDeps(deps);
  const receiver = await startGrpcReceiver(made.deps, { ...SHARED, ...GRPC_LIMITS, ...settings });
  return { ...made, ...opened(receiver) };
}

function opened(receiver: Receiver) {
  closeLater(() => receiver.close());
  return { receiver, port: Number(receiver.address.split(':').at(-1)) };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export interface Post {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** True: the body is begun and never ended. */
  readonly endless?: boolean;
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' };
export const JSON_TYPE = { 'content-type': 'application/json' };

/** One request on a connection of its own. */
export async function post(port: number, options: Post = {}): Promise<HttpAnswer> {
  const { path = '/v1/traces', method = 'POST', headers = PROTOBUF, body = Buffer.from([1]) } = options;
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  if (options.endless) {
    outgoing.write(body);
    closeLater(() => outgoing.destroy());
  } else {
    outgoing.end(body);
  }
  const [response] = await once(outgoing, 'response');
  // The request may still be on its way when a refusal has come; then the receiver may end the connection.
  outgoing.on('error', () => undefined);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const contentType = response.headers['content-type'];
  return { status: response.statusCode, headers: response.headers, contentType, body: Buffer.concat(chunks) };
}

/** A socket, and all that was said on it so far. */
export function openSocket(port: number) {
  const socket = connect({ host: '127.0.0.1', port });
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString('latin1');
    socket.emit('said');
  });
  socket.on('error', () => undefined);
  closeLater(() => socket.destroy());
  return {
    socket,
    /** Resolves to all that was said, once it matches. Rejects when the connection ends before that. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(said)) {
        if (socket.closed) throw new Error(`closed after: ${said}`);
        await Promise.race([once(socket, 'said'), once(socket, 'close')]);
      }
      return said;
    },
  };
}

export async function closedOf(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

export const EXPORT_TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

export interface GrpcAnswer {
  readonly code: number;
  readonly details: string;
  readonly body: Buffer | undefined;
  readonly metadata: Metadata | undefined;
}

const asIs = (bytes: Buffer) => bytes;

export function createGrpcClient(port: number, options: Readonly<Record<string, number>> = {}) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    // A connection of its own, as if it were another process.
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  });
  closeLater(() => client.close());
  const answered = (settle: (answer: GrpcAnswer) => void) => (error: ServiceError | null, body?: Buffer) =>
    settle({ code: error?.code ?? 0, details: error?.details ?? '', metadata: error?.metadata, body });
  return {
    client,
    call(body: Buffer, metadata?: Metadata, path = EXPORT_TRACES): Promise<GrpcAnswer> {
      return new Promise((resolve) => {
        if (metadata) client.makeUnaryRequest(path, asIs, asIs, body, metadata, answered(resolve));
        else client.makeUnaryRequest(path, asIs, asIs, body, answered(resolve));
      });
    },
    /** Sends what it is told to and never says that this was all. */
    callWithoutEnd(...messages: readonly Buffer[]): Promise<GrpcAnswer> {
      return new Promise((resolve) => {
        const stream = client.makeClientStreamRequest(EXPORT_TRACES, asIs, asIs, answered(resolve));
        for (const message of messages) stream.write(message);
      });
    },
  };
}
