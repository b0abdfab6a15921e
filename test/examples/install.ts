import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { npm } from '../support/npm.ts';

export const EXAMPLES = resolve(import.meta.dirname, '../../examples');

/** Copies an example beside the packed bridge, and installs what it needs, with that in place of this checkout. */
export async function installExample(name: string, tarball: string): Promise<string> {
  const dir = join(dirname(tarball), name);
  mkdirSync(dir, { recursive: true });
  cpSync(join(EXAMPLES, name), dir, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const manifest = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8'));
  if (manifest.dependencies['otel-weave-bridge']) manifest.dependencies['otel-weave-bridge'] = `file:${tarball}`;
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2));
  await npm(['install', '--no-package-lock', '--prefer-offline'], dir);
  return dir;
}
