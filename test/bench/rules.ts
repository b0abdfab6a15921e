/** `npm run bench:rules [-- --sample 0.5]`: what 20 rules cost a call, beside what the whole bridge takes for its span. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ProjectId } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { KINDS, type Payload } from './payloads.ts';
import { startProcess } from './process.ts';
import type { RulesCost } from './rules-cost.ts';
import { httpSender, sendAll } from './senders.ts';

const { values: flags } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    // With 1, which a rule has by default, each rule looks at every call.
    sample: { type: 'string', multiple: true, default: ['0.1', '1'] },
  },
});
const PROJECT = 'bench/bench' as ProjectId;

const print = (text: string) => process.stdout.write(`${text}\n`);

const here = (name: string) => resolve(import.meta.dirname, name);

/** Of rules alone, which nothing else has warmed up: a bridge has one set of them, and Node runs with its flags. */
async function measureRules(kind: string, sample: string): Promise<RulesCost> {
  const measured = await startProcess(here('rules-cost.ts'), [kind, sample, flags.calls]);
  return measured.ready as unknown as RulesCost;
}

/** Microseconds of CPU that a whole bridge takes for a span: sockets, disk queue and requests to Weave with it. */
async function measureBridge(payload: Payload, spans: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-rules-'));
  const sink = await startProcess(here('sink.ts'), []);
  const url = String(sink.ready['url']);
  const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const bridge = await startProcess(here('../../src/cli/main.ts'), [
    'serve',
    ...[...ports.map((option) => `${option}=127.0.0.1:0`), 'weave.api_key=bench'].flatMap((one) => ['--set', one]),
    ...['--project', PROJECT, '--weave-url', url, '--queue-dir', dir, '--log-level', 'warn'],
  ]);
  const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);
  const next = () => ({ body: payload.next(), contentType: payload.contentType });
  const send = async (requests: number) => {
    await fetch(url, { method: 'DELETE' });
    await sendAll(sender, requests, next);
    while ((await callsAt(url)) < requests * payload.spansPerRequest) await systemClock.sleep(50);
  };
  try {
    const requests = Math.ceil(spans / payload.spansPerRequest);
    await send(Math.ceil(requests / 5));
    const before = bridge.cpuSeconds();
    await send(requests);
    return (1e6 * (bridge.cpuSeconds() - before)) / (requests * payload.spansPerRequest);
  } finally {
    sender.close();
    await bridge.stop();
    await sink.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function callsAt(url: string): Promise<number> {
  return ((await (await fetch(url)).json()) as { readonly unique: number }).unique;
}

for (const kind of KINDS) {
  const payload = kind.payload();
  const bridge = await measureBridge(payload, kind.spans / 4);
  for (const sample of flags.sample) {
    const { microseconds, rules, triggers, calls } = await measureRules(payload.name, sample);
    print(
      `${payload.name.padEnd(8)} sample ${sample.padEnd(4)} ${calls} calls, ${rules} rules, ${triggers} triggers: ` +
        `${microseconds.toFixed(2)} us a call, ${((100 * microseconds) / bridge).toFixed(1)} % ` +
        `of the ${bridge.toFixed(0)} us that the bridge takes for its span`,
    );
  }
}
