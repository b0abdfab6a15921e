import { createCounters } from '../core/counters.ts';
import { startRulesTest } from '../service/rules.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { findInputs } from './inputs.ts';
import { createBadRecords, judge, NOTHING_SENT, readAll } from './pipe.ts';
import { createPrinter } from './printer.ts';

type RulesArguments = Extract<Arguments, { command: 'rules' }>;

/** Nothing is sent: no project and no address are needed. */
const DEFAULTS = { 'weave.project': 'local/rules', 'jobs.url': 'http://localhost' };

/** `otel-weave rules test`: what each rule would have picked of recorded traces, and what it would have sent. Costs nothing. */
export async function rules({ rulesFile, set, files }: RulesArguments, host: Host): Promise<void> {
  const given = { file: rulesFile, flags: {}, set };
  const { config, log } = prepare(given, { defaults: DEFAULTS, keyNeeded: false }, host, 'text');
  const inputs = findInputs(files, host);
  const bad = createBadRecords(log);
  const counters = createCounters();
  const { print, signal } = createPrinter(host);
  const deps = { clock: host.clock, log, counters, onBad: bad.tell };
  const test = startRulesTest(config, deps, (pick) => print(Buffer.from(JSON.stringify(pick))));
  await readAll(inputs, test, signal);
  await test.finish();
  const names = [...config.scoring, ...config.jobs.rules].map(({ name }) => name);
  if (names.length === 0) host.stderr.write(`There are no rules in ${rulesFile}.\n`);
  for (const name of names) host.stderr.write(`${name}: ${tallyText(name)}\n`);
  judge(NOTHING_SENT, bad.count(), host.stop.aborted);

  function tallyText(name: string): string {
    const tallies = counters.all().filter(({ labels, value }) => labels['rule'] === name && value > 0);
    if (tallies.length === 0) return 'switched off, or there was no call';
    return tallies.map(({ labels, value }) => `${value} ${labels['outcome']?.replace('_', ' ')}`).join(', ');
  }
}
