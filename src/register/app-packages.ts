import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is installed where the app is. */
export interface AppPackages {
  /** The package as `require` gives it; undefined where it is not installed. Throws what the package itself throws. */
  load(name: string): unknown;
  /** The file that `require` would load; `from`: as seen from that file. */
  resolve(name: string, from?: string): string | undefined;
  /** Names in the manifest of the app. */
  dependencies(): readonly string[];
}

const SECTIONS = ['dependencies', 'optionalDependencies', 'devDependencies'];

/** `entry`: the file that Node was started with; any file in the app's directory. */
export function createAppPackages(entry: string): AppPackages {
  const require = createRequire(entry);

  function resolve(name: string, from?: string): string | undefined {
    try {
      return (from === undefined ? require : createRequire(from)).resolve(name);
    } catch {
      return undefined;
    }
  }

  return {
    resolve,
    load(name) {
      const file = resolve(name);
      return file === undefined ? undefined : require(file);
    },
    dependencies() {
      const manifest = manifestOf(entry);
      return SECTIONS.flatMap((section) => Object.keys(Object(Object(manifest)[section])));
    },
  };
}

/** The nearest package.json above the entry. */
function manifestOf(entry: string): unknown {
  let dir = dirname(entry);
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  try {
    return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  } catch {
    return undefined; // Not there, or not JSON: no dependencies are known.
  }
}
