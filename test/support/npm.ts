import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const WORK = join(ROOT, 'node_modules/.cache/packed');

const run = promisify(execFile);

/** The Node that runs the tests comes first, whatever the machine has. */
export const NPM_PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;

export function npm(args: readonly string[], cwd: string) {
  return run('npm', [...args, '--no-audit', '--no-fund'], { cwd, env: { ...process.env, PATH: NPM_PATH } });
}

/** Builds and packs this repository; the path of the package. */
export async function pack(): Promise<string> {
  mkdirSync(WORK, { recursive: true });
  await npm(['run', 'build'], ROOT);
  const { stdout } = await npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', WORK], ROOT);
  return join(WORK, stdout.trim().split('\n').at(-1) ?? '');
}
