/** A real Kafka broker of one node in KRaft mode, with a plain listener and one with TLS and SASL. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

export const USER = { username: 'bridge', password: 'a pass word' };

export interface Broker {
  /** `host:port` without TLS, and with TLS and SASL. */
  readonly plain: string;
  readonly secured: string;
  readonly caFile: string;
  start(): Promise<void>;
  /** As an operator stops it; its data stays. */
  stop(): Promise<void>;
}

/** The tools that are needed and not there. */
export function missingTools(): readonly string[] {
  return ['java', 'mvn', 'openssl'].filter((tool) => {
    try {
      execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
}

/** Has Maven fetch Kafka, and makes the node's directory. It is not started yet. */
export async function createBroker(dir: string): Promise<Broker> {
  const lib = join(tmpdir(), 'otel-weave-kafka-lib');
  const pom = join(import.meta.dirname, 'pom.xml');
  execFileSync('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [plainPort, securedPort, controllerPort] = [await freePort(), await freePort(), await freePort()];
  const cert = join(dir, 'cert.pem');
  const properties = join(dir, 'server.properties');
  mkdirSync(dir, { recursive: true });
  makeCertificate(dir, cert);
  writeFileSync(properties, propertiesOf(dir, plainPort, securedPort, controllerPort));
  const java = (args: readonly string[]) => ['-Xmx512m', '-cp', join(lib, '*'), ...args];
  const scram = (mechanism: string) => `${mechanism}=[name="${USER.username}",password="${USER.password}"]`;
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c', properties];
  const users = ['--add-scram', scram('SCRAM-SHA-256'), '--add-scram', scram('SCRAM-SHA-512')];
  execFileSync('java', java([...format, ...users]), { stdio: ['ignore', 'ignore', 'inherit'] });

  let child: ChildProcess | undefined;
  const takeAlong = () => child?.kill('SIGKILL');
  process.once('exit', takeAlong);
  return {
    plain: `127.0.0.1:${plainPort}`,
    secured: `localhost:${securedPort}`,
    caFile: cert,
    async start() {
      child = spawn('java', java(['kafka.Kafka', properties]), { stdio: ['ignore', 'ignore', 'inherit'] });
      await Promise.all([isListening(plainPort), isListening(securedPort)]);
    },
    async stop() {
      if (child === undefined) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      child = undefined;
    },
  };
}

function propertiesOf(dir: string, plain: number, secured: number, controller: number): string {
  const keystore = readFileSync(join(dir, 'keystore.pem'), 'utf8').trim().replaceAll('\n', ' ');
  const [key = '', chain = ''] = [/-----BEGIN PRIVATE.*PRIVATE KEY-----/, /-----BEGIN CERT.*CERTIFICATE-----/].map(
    (part) => part.exec(keystore)?.[0],
  );
  const module = 'org.apache.kafka.common.security';
  const user = `user_${USER.username}="${USER.password}"`;
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAIN://127.0.0.1:${plain},SECURED://127.0.0.1:${secured},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAIN://127.0.0.1:${plain},SECURED://localhost:${secured}`,
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAIN',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secured.plain.sasl.jaas.config': `${module}.plain.PlainLoginModule required ${user};`,
    'listener.name.secured.scram-sha-256.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
    'listener.name.secured.scram-sha-512.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.key': key,
    'ssl.keystore.certificate.chain': chain,
    'log.dirs': join(dir, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'message.max.bytes': 20_000_000,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** PEM lines become one: Kafka reads them so from a properties file. */
function makeCertificate(dir: string, cert: string): void {
  const key = join(dir, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const out = ['-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...out, ...subject], { stdio: 'ignore' });
  writeFileSync(join(dir, 'keystore.pem'), readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'));
}

async function isListening(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error('the broker did not start');
}
