import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EXAMPLES } from './install.ts';

const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = folders.map(({ name }) => name).filter((name) => name !== 'samples');
const read = (...path: readonly string[]) => readFileSync(join(EXAMPLES, ...path), 'utf8');
const installable = names.filter((name) => existsSync(join(EXAMPLES, name, 'package.json')));

describe('the examples', () => {
  it('are all in the list', () => {
    const listed = [...read('README.md').matchAll(/^\| \[(.+?)\]\((.+?)\)/gm)].map(([, name, link]) => [name, link]);
    const expected = names.filter((name) => name !== 'model-stand-in').map((name) => [name, name]);
    expect(listed.sort()).toEqual(expected.sort());
  });

  it.each(names)('%s says how it is run', (name) => {
    expect(read(name, 'README.md')).toMatch(/^# .+\n[\s\S]*```sh\n/);
  });

  it.each(installable)('%s needs exact versions, and of this package the one around it', (name) => {
    const { dependencies = {} } = JSON.parse(read(name, 'package.json'));
    const { 'otel-weave-bridge': ours, ...others } = dependencies as Readonly<Record<string, string>>;
    expect(Object.values(others).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    if (ours !== undefined) {
      expect(ours).toBe('file:../..');
      // Copied as npm packs it: a link would bring the packages of this repository along.
      expect(read(name, '.npmrc')).toContain('install-links=true\n');
    }
  });
});
