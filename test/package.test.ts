import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');
/** The Node that runs the tests first, whatever the machine has. */
const ENV = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
const INSTALL_MS = 240_000;

let dir: string;

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-package-'));
  npm(['pack', '--pack-destination', dir], ROOT);
  // An app with SDK 2.x, which goes with no newer @opentelemetry/api than 1.9: npm refuses to install what wants another one.
  const dependencies = { '@opentelemetry/sdk-trace-base': '2.12.1' };
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies }));
  const [tarball = ''] = readdirSync(dir).filter((name) => name.endsWith('.tgz'));
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', join(dir, tarball)], dir);
}, INSTALL_MS);

afterAll(() => rmSync(dir, { recursive: true }));

describe('the package, installed', () => {
  it('runs as npx otel-weave', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(npm(['exec', '--offline', '--', 'otel-weave', '--version'], dir).trim()).toBe(version);
  });

  it('holds what it needs at run time and no sources', () => {
    const files = readdirSync(join(dir, 'node_modules/otel-weave-bridge'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/cli/main.js', 'proto/trace.proto']));
    expect(files.filter((name) => /^(src|test)\b/.test(name))).toEqual([]);
  });

  it('receives spans and shows them', async () => {
    const free = [
      'receive.http.endpoint',
      'receive.grpc.endpoint',
      'telemetry.health',
      'telemetry.metrics',
      'local.endpoint',
    ];
    const args = [...free.flatMap((option) => ['--set', `${option}=localhost:0`]), '--sample'];
    const bin = join(dir, 'node_modules/.bin/otel-weave');
    const child = spawn(bin, ['dev', ...args], { cwd: dir, env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((done) => child.once('exit', done));
    const line = await new Promise<string>((done) => createInterface({ input: child.stdout }).once('line', done));
    const { ready, page } = JSON.parse(line);
    expect(ready).toBe(true);
    let html = '';
    while (!html.includes('/traces/')) html = await (await fetch(page)).text();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
