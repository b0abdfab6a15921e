import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from '../chaos/bridge.ts';
import { USER } from './broker.ts';
import { SPANS_A_MESSAGE, until, type World } from './world.ts';

/** Throws where something is not as it must be; answers what it has seen, in a line. */
export type Scenario = (world: World) => Promise<string>;

const kafkaOptions = (world: World, topic: string, more: readonly string[] = []): readonly string[] => [
  `receive.kafka.brokers=["${world.broker.plain}"]`,
  `receive.kafka.topic=${topic}`,
  `receive.kafka.group=${topic}`,
  ...more,
];

const accepted = async (life: Life) => (await life.metrics()).of('receiver_accepted_spans_total', 'kafka');
const outcome = async (life: Life, name: string) => (await life.metrics()).of('receiver_requests_total', `"${name}"`);

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** All of them, and nothing that nobody sent. */
async function arrived(world: World, spans: number): Promise<string> {
  await until(`${spans} spans in Weave`, async () => (await world.counted()).unique >= spans);
  const { calls, unique } = await world.counted();
  expectThat(unique === spans, `${unique} spans came of ${spans}`);
  return `${unique} spans, ${calls - unique} of them more than once`;
}

async function stopped(life: Life): Promise<void> {
  const code = await life.stop();
  expectThat(code === 0, `a bridge ended with ${code}: ${life.log()}`);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'protobuf from four partitions; SIGKILL in the middle, twice'(world) {
    const topic = await world.topic(4);
    const start = await world.bridge('killed', kafkaOptions(world, topic));
    let sent = await world.produce(topic, 2000, { bytesASpan: 2000 });
    for (let round = 1; round <= 2; round++) {
      const life = await start();
      const before = (await world.counted()).unique;
      const more = world.produce(topic, 1000, { bytesASpan: 2000 });
      await until('some to have come', async () => (await world.counted()).unique > before + 2000);
      await life.kill();
      sent += await more;
    }
    const last = await start();
    const said = await arrived(world, sent);
    await stopped(last);
    return said;
  },

  async 'a stop in order leaves nothing to come again'(world) {
    const topic = await world.topic(4);
    const start = await world.bridge('ordered', kafkaOptions(world, topic));
    const first = await start();
    let sent = await world.produce(topic, 500);
    await until('some to have come', async () => (await world.counted()).unique > 0);
    await stopped(first);
    sent += await world.produce(topic, 500);
    const second = await start();
    const said = await arrived(world, sent);
    const { calls } = await world.counted();
    expectThat(calls === sent, `${calls - sent} came again after a stop in order`);
    await stopped(second);
    return said;
  },

  async 'JSON, and a project in the header of the message'(world) {
    const topic = await world.topic(2);
    const start = await world.bridge('json', kafkaOptions(world, topic, ['receive.kafka.encoding=otlp_json']));
    const life = await start();
    const sent = await world.produce(topic, 300, { encoding: 'otlp_json', headers: { project_id: 'team/header' } });
    const said = await arrived(world, sent);
    const there = (await life.metrics()).of('exporter_project_calls_total', 'team/header');
    expectThat(there === sent, `${there} went to the project of the header`);
    await stopped(life);
    return said;
  },

  async 'each compression that a Collector may use'(world) {
    const topic = await world.topic(1);
    const start = await world.bridge('compressed', kafkaOptions(world, topic));
    const life = await start();
    let sent = 0;
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      sent += await world.produce(topic, 60, { compression, bytesASpan: 1000 });
    }
    const said = await arrived(world, sent);
    await stopped(life);
    return said;
  },

  async 'bad and too large messages hold up nothing'(world) {
    const topic = await world.topic(1);
    const start = await world.bridge('bad', kafkaOptions(world, topic, ['receive.max_body=1MiB']));
    const life = await start();
    let sent = await world.produce(topic, 10);
    await world.produceRaw(topic, Buffer.from('secret payload, no protobuf'));
    await world.produceRaw(topic, Buffer.alloc(2 ** 20 + 1));
    await world.produceRaw(topic, Buffer.alloc(0));
    sent += await world.produce(topic, 10, { headers: { project_id: 'no project' } }).then(() => 0);
    sent += await world.produce(topic, 10);
    const said = await arrived(world, sent);
    const counts = [await outcome(life, 'invalid'), await outcome(life, 'too_large')];
    expectThat(counts.join() === '11,1', `invalid, too_large: ${counts.join()}`);
    expectThat(life.log().includes('"offset":"10"'), `the log does not tell where: ${life.log()}`);
    expectThat(!life.log().includes('secret payload'), 'the log holds a payload');
    await stopped(life);
    return said;
  },

  async 'a broker that is down at the start, comes, goes and comes back'(world) {
    const topic = await world.topic(4);
    await world.broker.stop();
    const start = await world.bridge('outage', kafkaOptions(world, topic));
    const life = await start();
    await until('the bridge to say so', async () => life.log().includes('cannot be read from'));
    expectThat(life.log().includes('ECONNREFUSED'), `it does not say why: ${life.log()}`);
    await world.broker.start();
    let sent = await world.produce(topic, 500);
    await until('some to have come', async () => (await world.counted()).unique > 0);
    await world.broker.stop();
    await sleep(5000);
    await world.broker.start();
    sent += await world.produce(topic, 500);
    const said = await arrived(world, sent);
    const lines = life
      .log()
      .split('\n')
      .filter((line) => /Kafka/.test(line)).length;
    expectThat(lines <= 4, `${lines} lines of log for one outage: ${life.log()}`);
    await stopped(life);
    return `${said}; ${lines} lines of log`;
  },

  async 'a topic that comes later than the bridge'(world) {
    const start = await world.bridge('early', kafkaOptions(world, world.nextTopic()));
    const life = await start();
    await until('the bridge to say so', async () => life.log().includes('cannot be read from'));
    const [said = ''] = life
      .log()
      .split('\n')
      .filter((line) => line.includes('cannot be read from'));
    const sent = await world.produce(await world.topic(2), 100);
    const came = await arrived(world, sent);
    await stopped(life);
    return `${came}; it said: ${JSON.parse(said).reason}`;
  },

  async 'two bridges in one group, one of which goes, comes back and is killed'(world) {
    const topic = await world.topic(4);
    const [startOne, startTwo] = [
      await world.bridge('one', kafkaOptions(world, topic)),
      await world.bridge('two', kafkaOptions(world, topic)),
    ];
    const one = await startOne();
    const two = await startTwo();
    let sent = 0;
    await until('both to have partitions', async () => {
      sent += await world.produce(topic, 40);
      return (await accepted(one)) > 0 && (await accepted(two)) > 0;
    });
    const during = world.produce(topic, 1500, { bytesASpan: 1000 });
    await stopped(two);
    const again = await startTwo();
    sent += await during;
    await until('the second to be back', async () => {
      sent += await world.produce(topic, 40);
      return (await accepted(again)) > 0;
    });
    const more = world.produce(topic, 1500, { bytesASpan: 1000 });
    await again.kill();
    sent += await more;
    const back = await startTwo();
    const said = await arrived(world, sent);
    await Promise.all([stopped(one), stopped(back)]);
    return said;
  },

  async 'a queue that is full for a while, and a SIGKILL in it'(world) {
    const topic = await world.topic(2);
    const small = ['queue.max_size=1MiB', 'receive.max_body=1MiB'];
    const start = await world.bridge('full', kafkaOptions(world, topic, small));
    await world.weave('down');
    const first = await start();
    const sent = await world.produce(topic, 2000, { bytesASpan: 1000 });
    let before = -1;
    await until('it to stop', async () => {
      const last = before;
      before = await accepted(first);
      await sleep(2000);
      return before > 0 && before === last;
    });
    const held = before;
    expectThat(held < sent, 'the queue was never full');
    // What waits for room is in nobody's hands but Kafka's.
    await first.kill();
    const life = await start();
    await world.weave('up');
    const said = await arrived(world, sent);
    expectThat(!life.log().includes('MaxListeners'), life.log());
    await stopped(life);
    return `${said}; stood still at ${held}`;
  },

  async 'a topic that gets more partitions'(world) {
    const topic = await world.topic(1);
    const start = await world.bridge('growing', kafkaOptions(world, topic));
    const life = await start();
    let sent = await world.produce(topic, 20);
    await arrived(world, sent);
    await world.grow(topic, 3);
    sent += await world.produce(topic, 100);
    const said = await arrived(world, sent);
    await stopped(life);
    return said;
  },

  async 'beginning at the end of a topic'(world) {
    const topic = await world.topic(1);
    await world.produce(topic, 20);
    const start = await world.bridge('latest', kafkaOptions(world, topic, ['receive.kafka.initial_offset=latest']));
    const life = await start();
    await until('it to read', async () => life.log().includes('Kafka is read from'));
    const sent = await world.produce(topic, 20);
    const said = await arrived(world, sent);
    await stopped(life);
    return said;
  },

  async 'TLS, and SASL by each mechanism'(world) {
    const topic = await world.topic(1);
    let sent = 0;
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
      const secured = [
        `receive.kafka.brokers=["${world.broker.secured}"]`,
        `receive.kafka.tls.ca_file=${world.broker.caFile}`,
        `receive.kafka.sasl.mechanism=${mechanism}`,
        `receive.kafka.sasl.username=${USER.username}`,
        `receive.kafka.sasl.password=${USER.password}`,
      ];
      const life = await (await world.bridge(mechanism, kafkaOptions(world, topic, secured)))();
      sent += await world.produce(topic, 20);
      await arrived(world, sent);
      await stopped(life);
      const wrong = await (
        await world.bridge(
          `${mechanism}-wrong`,
          kafkaOptions(world, topic, [...secured, 'receive.kafka.sasl.password=wrong-pass']),
        )
      )();
      await until('a wrong password to be told', async () => wrong.log().includes('cannot be read from'));
      expectThat(!wrong.log().includes('wrong-pass'), 'the log holds the password');
      await stopped(wrong);
    }
    return `${sent} spans`;
  },

  async 'how fast'(world) {
    const topic = await world.topic(4);
    const sent = await world.produce(topic, 10_000, { bytesASpan: 400 });
    const start = await world.bridge('fast', kafkaOptions(world, topic));
    const startMs = performance.now();
    const life = await start();
    await until('all to be in the queue', async () => (await accepted(life)) >= sent);
    const seconds = (performance.now() - startMs) / 1000;
    const said = await arrived(world, sent);
    await stopped(life);
    return `${said}; taken in ${seconds.toFixed(1)} s, start included (${Math.round(sent / SPANS_A_MESSAGE / seconds)} messages a second)`;
  },
};
