import type { Given, Problem, Setting } from './given.ts';
import type { Sources } from './sources.ts';
import { netrcMachines, netrcPassword } from './wandb.ts';

const PATH = 'weave.api_key';

/** The last source of the API key: `~/.netrc`, where `wandb login` keeps it. */
export function keyFromNetrc(weaveUrl: string | undefined, sources: Sources): readonly Given[] {
  if (weaveUrl === undefined || !URL.canParse(weaveUrl)) return [];
  const netrc = readIfThere(sources);
  const passwords = netrcMachines(weaveUrl).flatMap((machine) => netrcPassword(netrc, machine) ?? []);
  return passwords.slice(0, 1).map((text) => ({ path: PATH, text, place: sources.netrcFile }));
}

/** A Weave on this machine asks for no key; every other one does. */
export function missingKey(given: readonly Given[], settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  const url = settings.get('weave.url')?.value;
  if (given.some(({ path }) => path === PATH) || typeof url !== 'string') return [];
  if (/^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname)) return [];
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
