import { expect, it } from '@jest/globals';
import { optionsAsMarkdown, optionsAsText } from '../../src/config/describe.ts';
import { ALL_OPTIONS } from '../../src/config/options.ts';

it.each(ALL_OPTIONS.map(({ path }) => path))('%s is in --help and in the README’s list, with its names', (path) => {
  const placed = ALL_OPTIONS.find((option) => option.path === path);
  const help = optionsAsText(() => true)
    .split(/\n {2}(?=\S)/)
    .find((entry) => entry.trimStart().startsWith(`${path} <`));
  const row = optionsAsMarkdown()
    .split('\n')
    .find((line) => line.startsWith(`| \`${path}\` |`));
  for (const text of [help, row]) {
    expect(text).toContain(placed?.env);
    expect(text).toContain(placed?.option.about);
    expect(text).toContain(placed?.option.default ?? '');
    expect(text).toContain(placed?.option.flag ?? '');
  }
});

it('no two options share a variable or a flag', () => {
  const names = ALL_OPTIONS.flatMap(({ env, option }) => [env, option.envElse?.name, option.flag]).filter(Boolean);
  expect(new Set(names).size).toBe(names.length);
});

it('no other variable than the documented ones has a name of its own', () => {
  const own = ALL_OPTIONS.filter(({ option }) => option.env !== undefined).map(({ env }) => env);
  expect(own).toEqual(['WF_TRACE_SERVER_URL', 'WANDB_API_KEY', 'WEAVE_PROJECT']);
});
