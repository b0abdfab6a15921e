import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { npm } from '../support/npm.ts';

export const EXAMPLES = resolve(import.meta.dirname, '../../examples');

/** Kept between runs. Outside of this repository, so that nothing is found but what an example says it needs. */
const WORK = join(tmpdir(), 'otel-weave-examples');

/** Copies an example and installs what it needs, with the packed bridge in place of this checkout. */
export async function installExample(name: string, tarball: string): Promise<string> {
  const dir = join(WORK, name);
  mkdirSync(dir, { recursive: true });
  cpSync(join(EXAMPLES, name), dir, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const manifest = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8'));
  if (manifest.dependencies['otel-weave-bridge']) manifest.dependencies['otel-weave-bridge'] = `file:${tarball}`;
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2));
  // npm takes a package of the same version for the same.
  rmSync(join(dir, 'node_modules/otel-weave-bridge'), { recursive: true, force: true });
  await npm(['install', '--no-package-lock', '--prefer-offline'], dir);
  return dir;
}
