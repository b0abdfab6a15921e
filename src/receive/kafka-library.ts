/** The only file that knows `@platformatic/kafka`, which is there only where somebody wants Kafka. */
import type {
  Consumer as AnyConsumer,
  ConsumerOptions as AnyOptions,
  BaseOptions,
  MessagesStream,
} from '@platformatic/kafka';
import { BridgeError } from '../core/errors.ts';
import { readCertificates } from '../core/pem-files.ts';

export interface KafkaClientSettings {
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  readonly topics: readonly string[];
  readonly group: string;
  /** Where a partition begins of which the group has read nothing yet. */
  readonly initialOffset: 'earliest' | 'latest';
  readonly tls: { readonly caFile: string | undefined } | null;
  readonly sasl: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    readonly username: string;
    readonly password: () => string;
  } | null;
  /** The most that one answer of one broker holds, unless a single batch is larger. */
  readonly maxFetchBytes: number;
}

export type Library = typeof import('@platformatic/kafka');
export type Consumer = AnyConsumer<Buffer, Buffer, Buffer, Buffer>;
export type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

export type LoadLibrary = () => Promise<Library>;
export type ConsumerOptions = AnyOptions<Buffer, Buffer, Buffer, Buffer>;

/** Throws TLS_UNUSABLE. */
export function connectionOptions({ brokers, tls, sasl }: KafkaClientSettings): BaseOptions {
  const ca = tls?.caFile && readCertificates({ option: 'receive.kafka.tls.ca_file', path: tls.caFile });
  return {
    clientId: 'otel-weave-bridge',
    bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
    ...(tls && { tls: ca ? { ca } : {}, tlsServerName: true }),
    ...(sasl && { sasl }),
  };
}

/** Throws PACKAGE_MISSING. */
export async function loadLibrary(load: LoadLibrary = () => import('@platformatic/kafka')): Promise<Library> {
  return load().catch(missing);
}

/** Asks the brokers for the topics, in the name of nobody. Rejects where they do not answer or a topic is not there. */
export async function lookAtTopics(settings: KafkaClientSettings, load?: LoadLibrary): Promise<void> {
  const { Base } = await loadLibrary(load);
  const client = new Base({ ...connectionOptions(settings), retries: 0 });
  try {
    await client.metadata({ topics: [...settings.topics] });
  } finally {
    await client.close();
  }
}

function missing(thrown: unknown): never {
  const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing || !thrown.message.includes('@platformatic/kafka')) throw thrown;
  const message = 'receive.kafka needs a package that is not installed: npm install @platformatic/kafka';
  throw new BridgeError('PACKAGE_MISSING', message, { cause: thrown });
}
