/**
 * `npm run test:kafka [-- part of a scenario's name]`: bridges that read from a real broker, while either is stopped,
 * killed or full. Kafka comes from Maven Central; where Java or Maven are missing the script says so and does nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { createBroker, missingTools } from './broker.ts';
import { SCENARIOS } from './scenarios.ts';
import { createWorld } from './world.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const [wanted = ''] = process.argv.slice(2);
const missing = missingTools();

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
if (missing.length > 0) say(`SKIPPED: a real Kafka needs ${missing.join(' and ')}, which this machine does not have.`);
else process.exit((await run()) ? 0 : 1);

async function run(): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-kafka-'));
  const broker = await createBroker(join(dir, 'broker'));
  await broker.start();
  const world = await createWorld(dir, broker);
  let isSound = true;
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (!name.includes(wanted)) continue;
    await world.startOver();
    try {
      say(`ok      ${name}: ${await scenario(world)}`);
    } catch (thrown) {
      isSound = false;
      say(`FAILED  ${name}: ${messageOf(thrown)}`);
      // What a scenario that failed has left running would only spoil the next ones.
      break;
    }
  }
  await world.close();
  await broker.stop();
  rmSync(dir, { recursive: true });
  return isSound;
}
