/** `npm run test:chaos -- --seconds 600 --seed 1` */
import { parseArgs } from 'node:util';
import { describeReport, isSound } from './report.ts';
import { storm } from './storm.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const say = (line: string) => process.stdout.write(`${line}\n`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
say(`A storm of ${seconds} s with seed ${seed}.`);
const report = await storm({ seconds, seed, say });
say(describeReport(report));
process.exit(isSound(report) ? 0 : 1);
