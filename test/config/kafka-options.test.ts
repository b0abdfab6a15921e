// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config file's own syntax
import { describe, expect, it } from '@jest/globals';
import { kafkaClientSettings } from '../../src/service/kafka.ts';
import { load, problemsOf } from './world.ts';

const kafkaOf = (yaml: string, env = {}) => load({ yaml: `receive: {kafka: ${yaml}}`, env }).config.receive.kafka;
const problemsIn = (yaml: string) => problemsOf({ yaml: `receive: {kafka: ${yaml}}` });

describe('receive.kafka', () => {
  it('is off unless brokers are given, and then as a Collector expects it', () => {
    expect(kafkaOf('{}').brokers).toEqual([]);
    expect(kafkaClientSettings(kafkaOf('{brokers: ["kafka-1:9092", "[::1]:9093"]}'))).toMatchObject({
      brokers: [
        { host: 'kafka-1', port: 9092 },
        { host: '::1', port: 9093 },
      ],
      topics: ['otlp_spans'],
      group: 'otel-weave-bridge',
      initialOffset: 'earliest',
      tls: null,
      sasl: null,
    });
  });

  it('is read from the environment, too', () => {
    const env = { OTEL_WEAVE_RECEIVE_KAFKA_BROKERS: '["a:1"]', OTEL_WEAVE_RECEIVE_KAFKA_LOGS_TOPIC: 'otlp_logs' };
    expect(kafkaClientSettings(load({ env }).config.receive.kafka)).toMatchObject({
      brokers: [{ host: 'a', port: 1 }],
      topics: ['otlp_spans', 'otlp_logs'],
    });
  });

  it.each([
    ['{enabled: true}', { caFile: undefined }],
    ['{ca_file: /ca.pem}', { caFile: '/ca.pem' }],
    ['{enabled: false}', null],
  ])('tls %s', (tls, expected) => {
    expect(kafkaClientSettings(kafkaOf(`{brokers: ["a:1"], tls: ${tls}}`)).tls).toEqual(expected);
  });

  it.each([
    ['plain', 'PLAIN'],
    ['scram-sha-256', 'SCRAM-SHA-256'],
    ['scram-sha-512', 'SCRAM-SHA-512'],
  ])('sasl with %s, whose password shows nowhere', (mechanism, spoken) => {
    const kafka = kafkaOf(`{sasl: {mechanism: ${mechanism}, username: me, password: "\${env:P}"}}`, { P: 'päss word' });
    expect(JSON.stringify(kafka)).not.toContain('päss');
    const { sasl } = kafkaClientSettings(kafka);
    expect([sasl?.mechanism, sasl?.username, sasl?.password()]).toEqual([spoken, 'me', 'päss word']);
  });

  it.each([
    ['{brokers: [kafka]}', 'bridge.yaml:1:29: receive.kafka.brokers.0: must be host:port or [ipv6]:port'],
    ['{brokers: [":9092"]}', 'bridge.yaml:1:29: receive.kafka.brokers.0: must be host:port or [ipv6]:port'],
    ['{brokers: ["a:0"]}', 'bridge.yaml:1:29: receive.kafka.brokers.0: must be host:port or [ipv6]:port'],
    [
      '{topic: a b}',
      'bridge.yaml:1:26: receive.kafka.topic is "a b"; allowed: a name of up to 249 letters, digits, dots, dashes or underscores',
    ],
    [
      '{topic: ..}',
      'bridge.yaml:1:26: receive.kafka.topic is ".."; allowed: a name of up to 249 letters, digits, dots, dashes or underscores',
    ],
    [
      '{encoding: jaeger_proto}',
      'bridge.yaml:1:29: receive.kafka.encoding is "jaeger_proto"; allowed: one of otlp_proto, otlp_json',
    ],
    [
      '{group: a b}',
      'bridge.yaml:1:26: receive.kafka.group is "a b"; allowed: a name of up to 255 characters without spaces',
    ],
    [
      '{logs_topic: otlp_spans}',
      'bridge.yaml:1:31: receive.kafka.logs_topic is receive.kafka.topic: log records and spans need a topic each',
    ],
    ['{sasl: {username: me}}', 'bridge.yaml:1:36: receive.kafka.sasl has no mechanism and no password'],
    [
      '{sasl: {mechanism: plain, username: me, password: "s3cret\\x07"}}',
      'bridge.yaml:1:68: receive.kafka.sasl.password is "[redacted]"; allowed: text without control characters',
    ],
  ])('refuses %s', (yaml, problem) => {
    expect(problemsIn(yaml)[0]).toBe(problem);
  });

  it('needs a key of ours where senders bring theirs: a message brings none', () => {
    const yaml = (brokers: string) =>
      `{weave: {url: https://weave.example}, receive: {auth: {wandb_key: require}, kafka: {brokers: ${brokers}}}}`;
    const input = { keyNeeded: true };
    expect(() => load({ yaml: yaml('[]'), input })).not.toThrow();
    expect(problemsOf({ yaml: yaml('["a:1"]'), input })).toEqual([expect.stringContaining('WANDB_API_KEY')]);
  });
});
