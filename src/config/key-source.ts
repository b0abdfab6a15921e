import { keyFromNetrc, readKeyFile } from './api-key.ts';
import type { Config } from './options.ts';
import type { Sources } from './sources.ts';

/**
 * Gives the API key as it is now: a key that somebody changes in `weave.api_key_file` or `~/.netrc` is found without a
 * restart. While the file cannot be read, and for a key from anywhere else, it is the one that the bridge started with.
 */
export function createKeySource({ weave }: Config, sources: Sources): () => string | null {
  const first = weave.api_key?.reveal();
  const path = weave.api_key_file;
  if (first === undefined) return () => null;
  if (path !== undefined) return () => readKeyFile(path, sources) ?? first;
  const fromNetrc = () => keyFromNetrc(weave.url, sources)[0]?.text;
  return fromNetrc() === first ? () => fromNetrc() ?? first : () => first;
}
