import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');

const run = promisify(execFile);

/** The Node that runs the tests comes first, whatever the machine has. */
export const NPM_PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;

export function npm(args: readonly string[], cwd: string) {
  return run('npm', [...args, '--no-audit', '--no-fund'], { cwd, env: { ...process.env, PATH: NPM_PATH } });
}

/** Builds and packs this repository into a directory; the path of the package. */
export async function pack(dir: string): Promise<string> {
  await npm(['run', 'build'], ROOT);
  const { stdout } = await npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], ROOT);
  return join(dir, stdout.trim().split('\n').at(-1) ?? '');
}

/** Outside of this repository, so that an app finds nothing but what it says it needs. Removed when the tests of this file are over. */
export function installDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-installed-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}
