import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** What each folder may import beside itself. The table of CONTRIBUTING.md, "Folders". */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  decode: ['core'],
  join: ['core'],
  map: ['core'],
  queue: ['core'],
  send: ['core'],
  trigger: ['core'],
  receive: ['core', 'decode'],
  local: ['core'],
  config: ['core'],
  observe: ['core'],
  otel: ['core', 'decode', 'config'],
  pipeline: ['core', 'decode', 'join', 'send'],
  'version.ts': [],
  service: [
    'version.ts',
    'core',
    'decode',
    'join',
    'map',
    'queue',
    'send',
    'trigger',
    'receive',
    'local',
    'config',
    'observe',
    'pipeline',
  ],
  'in-app': ['version.ts', 'core', 'decode', 'map', 'queue', 'send', 'trigger', 'config', 'otel', 'pipeline'],
  'index.ts': ['in-app', 'otel', 'decode'],
  register: ['core', 'config', 'in-app', 'otel'],
  'register.ts': ['register', 'in-app', 'config', 'otel'],
  cli: ['version.ts', 'core', 'config', 'map', 'service'],
};

/** Modules that belong to one place, so that a change of them is a change of one file. */
const ONE_FILE_A_FOLDER = ['node:sqlite', '@platformatic/kafka'];

const SRC = resolve(import.meta.dirname, '../src');
const MAX_LINES = 300;

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** The code without comments: what they talk about is no use of it. */
  readonly code: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
    const imports = [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    return { path, folder: folderName(path), text, code, imports };
  });

function folderName(path: string): string {
  return path.split('/')[0] ?? path;
}

function pathOf(source: Source, specifier: string): string {
  return relative(SRC, resolve(SRC, dirname(source.path), specifier));
}

function folderOf(source: Source, specifier: string): string {
  return folderName(pathOf(source, specifier));
}

/** The files of ours that it imports. */
function filesOf(source: Source): readonly string[] {
  return source.imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => pathOf(source, specifier));
}

function violations(find: (source: Source) => readonly string[]): readonly string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

function uses(pattern: RegExp, allowed: (path: string) => boolean) {
  return violations((source) => (allowed(source.path) ? [] : (source.code.match(pattern) ?? [])));
}

describe('the source', () => {
  it('has files to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.some((source) => source.imports.length > 3)).toBe(true);
  });

  it('has only folders that the table knows', () => {
    expect([...new Set(sources.map((source) => source.folder))].filter((folder) => !(folder in MAY_IMPORT))).toEqual(
      [],
    );
  });

  it('imports only what the table allows', () => {
    const forbidden = violations((source) =>
      source.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => folderOf(source, specifier))
        .filter((folder) => folder !== source.folder && !(MAY_IMPORT[source.folder] ?? []).includes(folder)),
    );
    expect(forbidden).toEqual([]);
  });

  it('names the files it imports with their ending, and Node modules with node:', () => {
    const wrong = violations((source) =>
      source.imports.filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.ts')),
    );
    expect(wrong).toEqual([]);
  });

  it('has no files that import each other in a circle', () => {
    let left = sources;
    for (let before = Number.POSITIVE_INFINITY; left.length < before; ) {
      before = left.length;
      const paths = new Set(left.map(({ path }) => path));
      left = left.filter((source) => filesOf(source).some((path) => paths.has(path)));
    }
    expect(left.map(({ path }) => path)).toEqual([]);
  });

  it.each(ONE_FILE_A_FOLDER)('imports %s in one file of a folder', (module) => {
    const users = sources.filter((source) => source.imports.includes(module)).map((source) => source.folder);
    expect(users).toEqual([...new Set(users)]);
  });

  it.each([
    ['process.env outside config', /process\.env\b/g, (path: string) => path.startsWith('config/')],
    ['the type any', /[:<|]\s*any\b|\bas any\b/g, () => false],
    ['export *', /export \*/g, () => false],
    ['default exports', /export default\b/g, () => false],
    [
      'enums and namespaces',
      /^\s*(export )?(declare )?(const )?enum \w|^\s*(export )?(declare )?namespace \w+ \{/gm,
      () => false,
    ],
    [
      'timers and clock reads outside core/clock.ts',
      /\b(setTimeout|setInterval|Date\.now|performance\.now|new Date\(\)|hrtime|Math\.random)\b/g,
      (path: string) => path === 'core/clock.ts',
    ],
    ['an exit outside cli/main.ts', /process\.exit\(/g, (path: string) => path === 'cli/main.ts'],
    ['console', /\bconsole\./g, () => false],
    ['silenced type errors', /@ts-(ignore|expect-error|nocheck)/g, () => false],
  ])('has no %s', (_what, pattern, allowed) => {
    expect(uses(pattern, allowed)).toEqual([]);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    expect(violations((source) => (source.text.split('\n').length > MAX_LINES ? ['too long'] : []))).toEqual([]);
  });
});
