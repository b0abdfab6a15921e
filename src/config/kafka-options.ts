import { z } from 'zod';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { Problem, Setting } from './given.ts';
import { option, optional } from './option.ts';
import { bool, choice, list, named, password, path } from './types.ts';

/** An item of `receive.kafka.brokers`. */
export const broker: z.ZodType<Endpoint> = z
  .string()
  .max(300)
  .transform((given, context) => {
    const parsed = given.startsWith(':') ? undefined : parseEndpoint(given);
    if (parsed !== undefined && parsed.port > 0) return parsed;
    context.addIssue({ code: 'custom', message: 'must be host:port or [ipv6]:port' });
    return z.NEVER;
  });

/** https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const isTopic = (name: string): boolean => /^[\w.-]{1,249}$/.test(name) && !/^\.{1,2}$/.test(name);

const topic = named('topic', 'a name of up to 249 letters, digits, dots, dashes or underscores', isTopic);

/** `receive.kafka`. */
export const KAFKA = {
  brokers: option(list(broker, 'a list of host:port'), '[]', {
    about: 'Kafka brokers to read OTLP requests from; none: Kafka is off. Needs `npm install @platformatic/kafka`',
  }),
  topic: option(topic, 'otlp_spans', { about: 'the topic with spans' }),
  logs_topic: optional(topic, {
    about: "a topic with log records that hold the content of spans; the Collector's is otlp_logs",
  }),
  encoding: option(choice(['otlp_proto', 'otlp_json']), 'otlp_proto', {
    about: 'what a message is: one export request, as the Collector calls it',
  }),
  group: option(
    named('name', 'a name of up to 255 characters without spaces', (name) => /^\S{1,255}$/.test(name)),
    'otel-weave-bridge',
    { about: 'the consumer group; bridges with the same one share the partitions' },
  ),
  initial_offset: option(choice(['earliest', 'latest']), 'earliest', {
    about: 'where to begin in a partition that the group has read nothing of yet',
  }),
  tls: {
    enabled: option(bool, 'false', { about: 'speak TLS with the brokers' }),
    ca_file: optional(path, {
      about: 'certificates (PEM) to trust in place of those that Node trusts; turns TLS on, too',
    }),
  },
  sasl: {
    mechanism: optional(choice(['plain', 'scram-sha-256', 'scram-sha-512']), {
      about: 'how the bridge shows who it is',
    }),
    username: optional(
      named('text', 'text without control characters', (name) => !/\p{Cc}/u.test(name)),
      { about: 'its name' },
    ),
    password: optional(password, { about: 'its password' }),
  },
} as const;

/** Checks what no option of `receive.kafka` can know alone. */
export function wrongKafka(settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  const at = (name: string) => settings.get(`receive.kafka.${name}`);
  const problems: Problem[] = [];
  const logsTopic = at('logs_topic');
  if (logsTopic !== undefined && logsTopic.value === at('topic')?.value) {
    const message = 'receive.kafka.logs_topic is receive.kafka.topic: log records and spans need a topic each';
    problems.push({ place: logsTopic.place, message });
  }
  const sasl = ['mechanism', 'username', 'password'];
  const given = sasl.flatMap((name) => at(`sasl.${name}`) ?? []);
  const missing = sasl.filter((name) => at(`sasl.${name}`) === undefined);
  if (given[0] !== undefined && missing.length > 0) {
    problems.push({ place: given[0].place, message: `receive.kafka.sasl has no ${missing.join(' and no ')}` });
  }
  return problems;
}
