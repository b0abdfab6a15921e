/** OTLP over gRPC: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type handleUnaryCall, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { listen } from '../core/listen.ts';
import { createByteBudget } from './byte-budget.ts';
import { statusOf } from './grpc-answer.ts';
import { createArrivalInterceptor } from './grpc-arrival.ts';
import { createHandleExport, type ExportSignal } from './handle-export.ts';
import { encodeAnswer, isSuccess } from './otlp-answer.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { Receiver, ReceiverDeps, ReceiverSettings } from './receiver.ts';

export interface GrpcReceiverSettings extends ReceiverSettings {
  /** Calls in work on one connection; more wait at the sender. */
  readonly maxConcurrentStreams: number;
  /** How often a connection is asked whether anybody is there, and how long the answer may take. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
}

export const GRPC_LIMITS = { maxConcurrentStreams: 100, keepaliveTimeMs: 60_000, keepaliveTimeoutMs: 20_000 } as const;

const METHODS: ReadonlyMap<string, ExportSignal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
]);

/** Requests and answers are handed over as the bytes they are on the line. */
const asIs = (message: Buffer) => message;

/** Throws ADDRESS_IN_USE or ADDRESS_UNAVAILABLE. */
export async function startGrpcReceiver(deps: ReceiverDeps, settings: GrpcReceiverSettings): Promise<Receiver> {
  const { clock, counters, log } = deps;
  const { defaultProjectKnown, joinLogs, maxBodyBytes, bodyTimeoutMs, closeTimeoutMs } = settings;
  const handleExport = createHandleExport(deps, { transport: 'grpc', defaultProjectKnown, joinLogs });
  const budget = createByteBudget(settings);
  let state: 'open' | 'closed' = 'open';

  const countRequest = (outcome: string) => counters.add('receiver_requests', 1, { transport: 'grpc', outcome });

  async function outcomeFor(signal: ExportSignal, call: ServerUnaryCall<Buffer, Buffer>): Promise<Outcome> {
    if (state !== 'open') return outcomeOf('unavailable');
    const lease = budget.lease();
    if (lease === undefined) return outcomeOf('overloaded');
    try {
      if (!lease.take(call.request.length)) return outcomeOf('overloaded');
      const project = call.metadata.get('project_id');
      const projectHeader = project.length > 0 ? project.join(', ') : undefined;
      return await handleExport({ signal, encoding: 'protobuf', body: call.request, projectHeader });
    } finally {
      lease.release();
    }
  }

  const server = new Server({
    'grpc.max_receive_message_length': maxBodyBytes,
    'grpc.max_concurrent_streams': settings.maxConcurrentStreams,
    'grpc.keepalive_time_ms': settings.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': settings.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
    interceptors: [
      createArrivalInterceptor(clock, {
        timeoutMs: bodyTimeoutMs,
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
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  listener.maxConnections = settings.maxConnections;
  listener.on('drop', () => log.debug('a gRPC connection was dropped: too many are open'));
  const address = await listen(listener, 'OTLP/gRPC', settings.host, settings.port);
  listener.on('error', (error) => log.warn('a gRPC connection could not be taken', { reason: error.message }));

  async function stop(): Promise<void> {
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
