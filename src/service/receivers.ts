import type { Config } from '../config/options.ts';
import { readSenderKeys, senderKeyFiles } from '../config/sender-keys.ts';
import { type Sources, systemSources } from '../config/sources.ts';
import type { Accounts } from '../core/accounts.ts';
import { messageOf } from '../core/errors.ts';
import { type Admit, createAdmit } from '../receive/admit.ts';
import { GRPC_LIMITS, startGrpcReceiver } from '../receive/grpc.ts';
import { HTTP_LIMITS, startHttpReceiver } from '../receive/http.ts';
import { KAFKA_LIMITS, type KafkaReceiver, type KafkaSettings, startKafkaReceiver } from '../receive/kafka.ts';
import { createKafkaClient } from '../receive/kafka-client.ts';
import { RECEIVER_LIMITS, type ReceiverDeps } from '../receive/receiver.ts';
import type { TlsSettings } from '../receive/tls.ts';
import { watchFiles } from '../receive/watch-files.ts';
import { bind } from './bind.ts';
import { kafkaClientSettings } from './kafka.ts';

export interface Receivers {
  /** `host:port` each, as bound. */
  readonly http: string;
  readonly grpc: string;
  /** Where something that is read from cannot be reached, for a person. */
  troubles(): readonly string[];
  close(): Promise<void>;
}

export interface ReceiversDeps extends ReceiverDeps {
  readonly accounts: Accounts;
}

/** Throws ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, TLS_UNUSABLE, AUTH_UNUSABLE or PACKAGE_MISSING; nothing is left open then. */
export async function startReceivers(deps: ReceiversDeps, config: Config): Promise<Receivers> {
  const { receive, shutdown, weave, map } = config;
  const { admit, stopWatching } = startAdmit(deps, receive.auth, systemSources());
  const opened: { close(): Promise<void> }[] = [];
  const limits = {
    ...RECEIVER_LIMITS,
    maxBodyBytes: receive.max_body,
    closeTimeoutMs: shutdown.timeout,
    defaultProjectKnown: weave.project !== undefined,
    joinLogs: map.join_logs.wait > 0 && map.capture_content,
  };

  async function close(): Promise<void> {
    stopWatching();
    await Promise.all(opened.map((receiver) => receiver.close()));
  }

  try {
    const { allowed_origins: allowedOrigins, allowed_headers: allowedHeaders, max_age: maxAgeMs } = receive.http.cors;
    const http = await bind('receive.http.endpoint', receive.http.endpoint, (at) =>
      startHttpReceiver(
        { ...deps, admit },
        {
          ...limits,
          ...HTTP_LIMITS,
          ...at,
          tls: tlsSettings('receive.http.tls', receive.http.tls),
          cors: { allowedOrigins, allowedHeaders, maxAgeMs },
        },
      ),
    );
    opened.push(http);
    const grpc = await bind('receive.grpc.endpoint', receive.grpc.endpoint, (at) =>
      startGrpcReceiver(
        { ...deps, admit },
        { ...limits, ...GRPC_LIMITS, ...at, tls: tlsSettings('receive.grpc.tls', receive.grpc.tls) },
      ),
    );
    opened.push(grpc);
    const kafka = await startKafka(deps, config, limits);
    if (kafka !== undefined) opened.push(kafka);
    const troubles = () => [kafka?.trouble() ?? []].flat().map((reason) => `Kafka: ${reason}`);
    return { http: http.address, grpc: grpc.address, troubles, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Undefined where no brokers are given. */
async function startKafka(
  deps: ReceiversDeps,
  config: Config,
  limits: Omit<KafkaSettings, keyof typeof KAFKA_LIMITS | 'logsTopic' | 'encoding'>,
): Promise<KafkaReceiver | undefined> {
  const { kafka } = config.receive;
  if (kafka.brokers.length === 0) return undefined;
  const settings = { ...KAFKA_LIMITS, ...limits, logsTopic: kafka.logs_topic, encoding: kafka.encoding };
  const open = await createKafkaClient(deps, kafkaClientSettings(kafka));
  return startKafkaReceiver({ ...deps, open }, settings);
}

type AuthOptions = Config['receive']['auth'];

function startAdmit(
  { clock, log, accounts }: ReceiversDeps,
  { keys, wandb_key: wandbKey, reload_interval: intervalMs }: AuthOptions,
  sources: Sources,
): { readonly admit: Admit; readonly stopWatching: () => void } {
  const admit = createAdmit(accounts, { keys: readSenderKeys(keys, sources), wandbKey });
  const stopWatching = watchFiles(clock, senderKeyFiles(keys), intervalMs, () => {
    try {
      admit.replace(readSenderKeys(keys, sources));
      log.info('The keys of senders were read again.');
    } catch (thrown) {
      log.error('New keys of senders cannot be used; the ones before go on.', { reason: messageOf(thrown) });
    }
  });
  return { admit, stopWatching };
}

/** Null where TLS is off. */
export function tlsSettings(option: string, given: Config['receive']['http']['tls']): TlsSettings | null {
  const { cert_file: certFile, key_file: keyFile, client_ca_file: clientCaFile } = given;
  if (certFile === undefined || keyFile === undefined) return null;
  return {
    option,
    certFile,
    keyFile,
    clientCaFile,
    minVersion: given.min_version,
    reloadIntervalMs: given.reload_interval,
  };
}
