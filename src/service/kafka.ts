import type { Config } from '../config/options.ts';
import { KAFKA_LIMITS } from '../receive/kafka.ts';
import type { KafkaClientSettings } from '../receive/kafka-library.ts';

const MECHANISMS = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

/** What the options say about the way to the brokers. */
export function kafkaClientSettings(kafka: Config['receive']['kafka']): KafkaClientSettings {
  const { brokers, topic, logs_topic: logsTopic, group, initial_offset: initialOffset, tls, sasl } = kafka;
  const { mechanism, username, password } = sasl;
  const hasSasl = mechanism !== undefined && username !== undefined && password !== undefined;
  return {
    brokers,
    topics: logsTopic === undefined ? [topic] : [topic, logsTopic],
    group,
    initialOffset,
    tls: tls.enabled || tls.ca_file !== undefined ? { caFile: tls.ca_file } : null,
    sasl: hasSasl ? { mechanism: MECHANISMS[mechanism], username, password: password.reveal } : null,
    maxFetchBytes: KAFKA_LIMITS.maxFetchBytes,
  };
}
