import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { VERSION } from '../src/version.ts';
import { startApp } from './support/app-process.ts';

const source = (name: string) => resolve(import.meta.dirname, '../src', name);
const ENTRIES = ['index.ts', 'register.ts'];

/** What an app must not load with an import: the first three because instrumentations patch them as they are loaded. */
const NOT_LOADED = [
  'NativeModule http',
  'NativeModule https',
  'NativeModule tls',
  'NativeModule sqlite',
  'NativeModule http2',
];
const NOT_IMPORTED = ['got', '@grpc', 'zod', 'yaml', 'commander', 'pino', 'node:sqlite', 'node:http', 'node:https'];

/** Every package and Node module that is imported from this file on, dynamic imports left out. */
function importedFrom(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, specifier = ''] of code.matchAll(/^(?:import|export)(?! type)[^;]*?\sfrom '([^']+)'/gm)) {
    if (specifier.startsWith('.')) importedFrom(resolve(file, '..', specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

describe('the entry of an app', () => {
  it('imports no server, no database, no command line and no HTTP', () => {
    const imported = [...importedFrom(source('index.ts'))];
    expect(imported).toContain('@opentelemetry/api');
    expect(imported.length).toBeGreaterThan(50);
    const forbidden = imported.filter((name) => NOT_IMPORTED.some((one) => name === one || name.startsWith(`${one}/`)));
    expect(forbidden).toEqual([]);
    expect(imported.filter((name) => /src\/(receive|local|cli|trigger|service|observe)/.test(name))).toEqual([]);
  });

  it('loads none of them, and neither does a processor that has sent nothing', async () => {
    const code = `
      import { WeaveSpanProcessor } from '${pathToFileURL(source('index.ts')).href}';
      await new WeaveSpanProcessor({ url: 'http://127.0.0.1:9', project: 'a/b' }).shutdown();
      console.log(JSON.stringify(process.moduleLoadList));`;
    const { stdout } = await startApp(['--input-type=module', '--eval', code], {}).ended();
    const loaded = JSON.parse(stdout) as readonly string[];
    expect(loaded).toContain('NativeModule path');
    expect(loaded.filter((name) => NOT_LOADED.includes(name))).toEqual([]);
  });

  it.each(ENTRIES)('can be required, which bars await at its top (%s)', async (entry) => {
    const code = `require('${source(entry)}'); console.log('required');`;
    const env = { WEAVE_PROJECT: 'a/b', WF_TRACE_SERVER_URL: 'http://127.0.0.1:9' };
    expect(await startApp(['--eval', code], env).ended()).toMatchObject({ code: 0, stdout: 'required\n' });
  });

  it('says its version as package.json does', () => {
    const manifest = JSON.parse(readFileSync(source('../package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(manifest.version);
  });
});
