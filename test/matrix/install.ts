import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { npm } from '../support/npm.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const APPS = resolve(import.meta.dirname, 'apps');
const TRACED_APPS = resolve(import.meta.dirname, '../otel/apps');

const run = promisify(execFile);

export interface Installed {
  /** Holds the apps, the SDK, and this package as npm installs it. */
  readonly dir: string;
  /** The package that an app takes processor and provider from. */
  readonly sdk: string;
}

/** Installs the package beside an SDK, in a directory beside it. */
export async function install(name: 'sdk2' | 'sdk3', tarball: string): Promise<Installed> {
  const dir = join(dirname(tarball), name);
  mkdirSync(dir, { recursive: true });
  cpSync(APPS, dir, { recursive: true, filter: (path) => !path.includes('/sdk') });
  cpSync(TRACED_APPS, dir, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(APPS, name, 'package.json'), 'utf8'));
  manifest.dependencies['otel-weave-bridge'] = `file:${tarball}`;
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--no-package-lock', '--ignore-scripts', '--prefer-offline'], dir);
  return { dir, sdk: name === 'sdk2' ? '@opentelemetry/sdk-trace-base' : '@opentelemetry/sdk-trace' };
}

/** How an app may be set up: `.cts` is compiled to CommonJS. */
export const TYPE_CHECKS = [
  { file: 'types.ts', module: 'nodenext', moduleResolution: 'nodenext' },
  { file: 'types.cts', module: 'nodenext', moduleResolution: 'nodenext' },
  { file: 'types.ts', module: 'esnext', moduleResolution: 'bundler' },
];

/** What the compiler of this repository says of our types beside those of the SDK, all libraries checked; empty where they agree. */
export async function typeErrors(
  { dir, sdk }: Installed,
  { file, module, moduleResolution }: (typeof TYPE_CHECKS)[number],
): Promise<string> {
  writeFileSync(join(dir, file), readFileSync(join(APPS, 'types.ts.txt'), 'utf8').replace("'SDK'", `'${sdk}'`));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2023', '--module', module];
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const args = [...options, '--moduleResolution', moduleResolution, ...types, file];
  return run(process.execPath, [tsc, ...args], { cwd: dir }).then(
    ({ stdout }) => stdout,
    (failed: { stdout: string }) => failed.stdout,
  );
}
