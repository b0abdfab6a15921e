import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { appNumbers } from '../../src/config/app-numbers.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/in-app.md');

/** What WeaveOptions is made of. */
const INTERFACES = [
  ['src/config/app-options.ts', 'AppOptions'],
  ['src/config/app-transport.ts', 'TransportOptions'],
  ['src/config/app-numbers.ts', 'NumberOptions'],
  ['src/otel/options.ts', 'WeaveOptions'],
] as const;

interface Option {
  readonly name: string;
  readonly comment: string;
}

/** The members of an interface, each with the comment that stands above it. */
function optionsOf([path, name]: (typeof INTERFACES)[number]): readonly Option[] {
  const body = new RegExp(`^export interface ${name} [\\s\\S]*?^}`, 'm').exec(read(path))?.[0] ?? '';
  const members = body.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n {2}readonly (\w+)\?:|^ {2}readonly (\w+)\?:/gm);
  return [...members].map(([, comment = '', commented, bare]) => ({ name: commented ?? bare ?? '', comment }));
}

const options = INTERFACES.flatMap(optionsOf);
const table = /^\| option [\s\S]*?\n\n/m.exec(PAGE)?.[0] ?? '';
const rows = new Map([...table.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name, otherwise]) => [name, otherwise]));

describe('the page about the doors in the app', () => {
  it('has a row for each option, and for nothing else', () => {
    expect([...rows.keys()].sort()).toEqual(options.map(({ name }) => name).sort());
  });

  it('names the environment variables that its options come from', () => {
    const missing = options.flatMap(({ name, comment }) =>
      (comment.match(/\b(?:WANDB|WEAVE|WF|OTEL|HTTPS?|NO)_[A-Z_]+\b/g) ?? []).filter(
        (variable) => !rows.get(name)?.includes(variable),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has the defaults that are taken', () => {
    const { maxQueueBytes, maxQueueSize, ...numbers } = appNumbers({}, {}).numbers;
    for (const [name, value] of Object.entries(numbers)) {
      const shown = value < 10_000 ? String(value) : value.toLocaleString('en');
      expect([name, rows.get(name)?.split(', ').slice(-1)]).toEqual([name, [shown]]);
    }
    expect(rows.get('maxQueueBytes')).toBe(`${maxQueueBytes / 2 ** 20} MiB`);
    expect(rows.get('maxQueueSize')).toContain('no bound');
    expect(maxQueueSize).toBeGreaterThan(2 ** 30);
  });

  it('names files that are there', () => {
    const links = [...PAGE.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
  });
});
