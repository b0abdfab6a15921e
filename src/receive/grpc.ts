/** OTLP over gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  Server as GrpcServer,
  type handleUnaryCall,
  type Metadata,
  ServerCredentials,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { listen } from '../core/listen.ts';
import type { Log } from '../core/log.ts';
import type { Admission } from './admit.ts';
import { createByteBudget } from './byte-budget.ts';
import { statusOf } from './grpc-answer.ts';
import { createArrivalInterceptor } from './grpc-arrival.ts';
import { createHandleExport, type ExportSignal } from './handle-export.ts';
import { cutAfterEnd } from './linger.ts';
import { encodeAnswer, isSuccess } from './otlp-answer.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { NetworkReceiverDeps, Receiver, ReceiverSettings } from './receiver.ts';
import { createTls, type Tls } from './tls.ts';

export interface GrpcReceiverSettings extends ReceiverSettings {
  /** Calls in work on one connection; more wait at the sender. */
  readonly maxConcurrentStreams: number;
  /** How often a connection is asked whether anybody is there, and how long the answer may take. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** How long a connection may have no call on it; its peer is told, and comes again when it has one. */
  readonly maxIdleMs: number;
  /** Memory of one connection's streams, headers and answers, in MB; new calls beyond it are turned away. */
  readonly maxSessionMb: number;
}

export const GRPC_LIMITS = {
  maxConcurrentStreams: 100,
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  maxIdleMs: 300_000,
  maxSessionMb: 16,
} as const;

const METHODS: ReadonlyMap<string, ExportSignal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
]);

/** Requests and answers are handed over as the bytes they are on the line. */
const asIs = (message: Buffer) => message;

/** Throws ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or TLS_UNUSABLE. */
export async function startGrpcReceiver(deps: NetworkReceiverDeps, settings: GrpcReceiverSettings): Promise<Receiver> {
  const { clock, counters, log } = deps;
  const { defaultProjectKnown, joinLogs, maxBodyBytes, bodyTimeoutMs, closeTimeoutMs } = settings;
  const handleExport = createHandleExport(deps, { transport: 'grpc', defaultProjectKnown, joinLogs });
  const budget = createByteBudget(settings);
  const tls = settings.tls === null ? undefined : createTls(deps, settings.tls);
  let state: 'open' | 'closed' = 'open';

  function admissionOf(metadata: Metadata): Admission {
    const [authorization, wandbKey] = [single(metadata, 'authorization'), single(metadata, 'wandb-api-key')];
    return deps.admit({ authorization, wandbKey });
  }

  const countRequest = (outcome: string) => counters.add('receiver_requests', 1, { transport: 'grpc', outcome });

  async function outcomeFor(signal: ExportSignal, call: ServerUnaryCall<Buffer, Buffer>): Promise<Outcome> {
    if (state !== 'open') return outcomeOf('unavailable');
    const admission = admissionOf(call.metadata);
    if (admission.status === 'refused') return outcomeOf('unauthenticated');
    const lease = budget.lease();
    if (lease === undefined) return outcomeOf('overloaded');
    try {
      if (!lease.take(call.request.length)) return outcomeOf('overloaded');
      const projectHeader = single(call.metadata, 'project_id');
      const { sender } = admission;
      return await handleExport({ signal, encoding: 'protobuf', body: call.request, projectHeader, sender });
    } finally {
      lease.release();
    }
  }

  const server = new GrpcServer({
    'grpc.max_receive_message_length': maxBodyBytes,
    'grpc.max_concurrent_streams': settings.maxConcurrentStreams,
    'grpc.keepalive_time_ms': settings.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': settings.keepaliveTimeoutMs,
    'grpc.max_connection_idle_ms': settings.maxIdleMs,
    'grpc-node.max_session_memory': settings.maxSessionMb,
    'grpc.enable_channelz': 0,
    interceptors: [
      createArrivalInterceptor(clock, {
        timeoutMs: bodyTimeoutMs,
        isAdmitted: (metadata) => admissionOf(metadata).status === 'admitted',
        refusal: statusOf(outcomeOf('unauthenticated')),
        tooSlow: statusOf(outcomeOf('too_slow')),
        onLost: countRequest,
      }),
    ],
  });
  for (const [path, signal] of METHODS) {
    const onExport: handleUnaryCall<Buffer, Buffer> = async (call, callback) => {
      const outcome = await outcomeFor(signal, call);
      countRequest(outcome.status);
      if (isSuccess(outcome)) callback(null, encodeAnswer(outcome, 'protobuf'));
      else callback(statusOf(outcome));
    };
    server.register(path, onExport, asIs, asIs, 'unary');
  }
  // Our own listener, and not grpc-js's: it bounds the connections, says why it could not listen,
  // and can cut off a peer that does not read what it is told.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => {
    cutAfterEnd(socket, clock);
    injector.injectConnection(socket);
  };
  const listener = tls ? createTlsListener(tls, settings, log, take) : createServer({ noDelay: true }, take);
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  listener.maxConnections = settings.maxConnections;
  listener.on('drop', () => log.debug('a gRPC connection was dropped: too many are open'));
  const address = await listen(listener, 'OTLP/gRPC', settings.host, settings.port).catch((thrown) => {
    tls?.close();
    throw thrown;
  });
  listener.on('error', (error) => log.warn('a gRPC connection could not be taken', { reason: error.message }));

  async function stop(): Promise<void> {
    tls?.close();
    const closed = once(listener, 'close');
    listener.close();
    const deadline = clock.after(closeTimeoutMs, () => {
      state = 'closed';
      for (const socket of sockets) socket.destroy();
    });
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    await closed;
    deadline.cancel();
    state = 'closed';
  }

  let closing: Promise<void> | undefined;
  return {
    address,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

function single(metadata: Metadata, name: string): string | undefined {
  const values = metadata.get(name);
  return values.length > 0 ? values.join(', ') : undefined;
}

function createTlsListener(
  tls: Tls,
  { handshakeTimeoutMs: handshakeTimeout }: Pick<GrpcReceiverSettings, 'handshakeTimeoutMs'>,
  log: Log,
  take: (socket: Socket) => void,
): Server {
  const listener = createTlsServer({ ...tls.options, ALPNProtocols: ['h2'], handshakeTimeout, noDelay: true }, take);
  tls.follow(listener);
  // A handshake that fails, or takes too long, leaves its connection open otherwise.
  return listener.on('tlsClientError', (error, socket) => {
    log.debug('a TLS handshake failed', { reason: error.message });
    socket.destroy();
  });
}
