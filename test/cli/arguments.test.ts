import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Arguments, parseArguments } from '../../src/cli/arguments.ts';
import { ALL_OPTIONS } from '../../src/config/options.ts';

const nothing = { file: undefined, flags: {}, set: [] };
const textOf = (parsed: Arguments) =>
  parsed.command === 'show' ? parsed.text : parsed.command === 'misused' ? parsed.message : '';

describe('the command line', () => {
  it.each<[string, Arguments]>([
    ['serve', { command: 'serve', config: nothing }],
    [
      'serve --config a.yaml --http :0 --set a.b=c --set d=e=f',
      { command: 'serve', config: { file: 'a.yaml', flags: { '--http': ':0' }, set: ['a.b=c', 'd=e=f'] } },
    ],
    ['dev', { command: 'dev', config: nothing, sample: false }],
    ['dev --sample', { command: 'dev', config: nothing, sample: true }],
    ['pipe', { command: 'pipe', config: nothing, files: [], dryRun: false }],
    ['pipe a - b --dry-run', { command: 'pipe', config: nothing, files: ['a', '-', 'b'], dryRun: true }],
    [
      'pipe --queue-dir=q a',
      { command: 'pipe', config: { ...nothing, flags: { '--queue-dir': 'q' } }, files: ['a'], dryRun: false },
    ],
  ])('%s', (line, parsed) => expect(parseArguments(line.split(' '))).toEqual(parsed));

  it.each([
    ['', 'Usage: otel-weave'],
    ['serv', "unknown command 'serv'\n(Did you mean serve?)"],
    ['serve --htp x', "unknown option '--htp'\n(Did you mean --http?)"],
    ['serve --http', "option '--http <host:port>' argument missing"],
    ['serve file', 'too many arguments'],
    ['pipe --http :0', "unknown option '--http'"],
    ['dev --weave-url http://x', "unknown option '--weave-url'"],
  ])('"%s" is misused', (line, message) => {
    const parsed = parseArguments(line === '' ? [] : line.split(' '));
    expect(parsed.command).toBe('misused');
    expect(textOf(parsed)).toContain(message);
  });

  it('--version is the version of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(parseArguments(['--version'])).toEqual({ command: 'show', text: `${manifest.version}\n` });
  });

  it.each(['serve', 'dev', 'pipe'])('%s --help lists every option', (command) => {
    const help = textOf(parseArguments([command, '--help']));
    expect(ALL_OPTIONS.map(({ path }) => path).filter((path) => !help.includes(`  ${path} <`))).toEqual([]);
  });

  it.each([
    ['serve', []],
    ['dev', ['--weave-url']],
    ['pipe', ['--http', '--grpc']],
  ])('%s --help lists every flag but %j', (command, without) => {
    const help = textOf(parseArguments([command, '--help']));
    const flags = ALL_OPTIONS.flatMap(({ option }) => option.flag ?? []);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual(without);
  });
});
