import type { Environment } from '../../src/config/given.ts';
import { type ConfigInput, type Loaded, loadConfig } from '../../src/config/load.ts';
import type { Sources } from '../../src/config/sources.ts';
import { BridgeError } from '../../src/core/errors.ts';

export interface World {
  readonly env?: Environment;
  readonly yaml?: string;
  readonly netrc?: string;
  readonly input?: Partial<ConfigInput>;
}

/** Loads a config from nothing but what the test gives: no variable, file or home of the machine. */
export function load({ env = {}, yaml, netrc, input = {} }: World): Loaded {
  const files: Record<string, string | undefined> = { 'bridge.yaml': yaml, '/home/me/.netrc': netrc };
  const sources: Sources = {
    env,
    netrcFile: '/home/me/.netrc',
    readText(path) {
      const text = files[path];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
  };
  const file = yaml === undefined ? undefined : 'bridge.yaml';
  return loadConfig({ file, keyNeeded: false, ...input }, sources);
}

/** The problems that a bad config is refused with, one line each. */
export function problemsOf(world: World): readonly string[] {
  try {
    load(world);
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'CONFIG_INVALID') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('the config was accepted');
}
