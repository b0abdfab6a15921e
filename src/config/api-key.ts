import { messageOf } from '../core/errors.ts';
import { isThisMachine } from './base-url.ts';
import type { Given, Problem, Reading, Setting } from './given.ts';
import type { Sources } from './sources.ts';
import { netrcMachines, netrcPassword } from './wandb.ts';

const PATH = 'weave.api_key';
const FILE_PATH = 'weave.api_key_file';

/** The last source of the API key: `~/.netrc`, where `wandb login` keeps it. */
export function keyFromNetrc(weaveUrl: string | undefined, sources: Sources): readonly Given[] {
  if (weaveUrl === undefined || !URL.canParse(weaveUrl)) return [];
  const netrc = readIfThere(sources);
  const passwords = netrcMachines(weaveUrl).flatMap((machine) => netrcPassword(netrc, machine) ?? []);
  return passwords.slice(0, 1).map((text) => ({ path: PATH, text, place: sources.netrcFile }));
}

/** The first source of the API key: the file that an option names. */
export function keyFromFile(given: readonly Given[], sources: Sources): Reading {
  const named = given.findLast(({ path }) => path === FILE_PATH);
  if (named === undefined) return { given: [], problems: [] };
  const { text, place } = named;
  const problem = (why: string): Reading => ({
    given: [],
    problems: [{ place, message: `${FILE_PATH}: cannot read a key from ${text}: ${why}` }],
  });
  try {
    const key = sources.readText(text).trim();
    return key === '' ? problem('it is empty') : { given: [{ path: PATH, text: key, place: text }], problems: [] };
  } catch (thrown) {
    return problem(messageOf(thrown));
  }
}

/** What the file holds, without white space around it; undefined where it cannot be read or is empty. */
export function readKeyFile(path: string, sources: Sources): string | undefined {
  try {
    return sources.readText(path).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * A Weave on this machine asks for no key; every other one does, and where senders bring their own that is not ours.
 * A message in Kafka brings none.
 */
export function missingKey(given: readonly Given[], settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  const url = settings.get('weave.url')?.value;
  if (given.some(({ path }) => path === PATH || path === FILE_PATH) || typeof url !== 'string') return [];
  const brokers = settings.get('receive.kafka.brokers')?.value;
  const sendersBring = settings.get('receive.auth.wandb_key')?.value === 'require';
  const isKafkaOff = !Array.isArray(brokers) || brokers.length === 0;
  if (isThisMachine(url) || (sendersBring && isKafkaOff)) return [];
  const message = 'missing; set WANDB_API_KEY, or weave.api_key in the config file, or run `wandb login`';
  return [{ place: PATH, message }];
}

function readIfThere(sources: Sources): string {
  try {
    return sources.readText(sources.netrcFile);
  } catch {
    return ''; // Not there, or not ours to read: the key is then reported as missing.
  }
}
