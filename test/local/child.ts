/** A local Weave in a process of its own, for the tests that kill it. Prints its URL. */
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';

const [, , file = ''] = process.argv;
const weave = await startLocalWeave({ clock: systemClock, log: silentLog }, { host: '127.0.0.1', port: 0, file });
process.stdout.write(`${weave.url}\n`);
