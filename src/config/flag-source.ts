import type { Given, Problem, Reading } from './given.ts';
import { didYouMean } from './nearest.ts';
import { ALL_OPTIONS } from './options.ts';

/** Reads flags (`--http` → value) and `--set path=value`; of the two the flag counts. */
export function readFlags(flags: Readonly<Record<string, string>>, set: readonly string[]): Reading {
  const paths = ALL_OPTIONS.map((option) => option.path);
  const given: Given[] = [];
  const problems: Problem[] = [];
  for (const assignment of set) {
    const [path = '', ...rest] = assignment.split('=');
    if (!paths.includes(path)) {
      problems.push({ place: '--set', message: `unknown option ${path}${didYouMean(path, paths)}` });
    } else if (rest.length === 0) {
      problems.push({ place: `--set ${path}`, message: `a value is missing: --set ${path}=…` });
    } else {
      given.push({ path, text: rest.join('='), place: `--set ${path}` });
    }
  }
  for (const { path, option } of ALL_OPTIONS) {
    const text = option.flag && flags[option.flag];
    if (option.flag && text !== undefined) given.push({ path, text, place: option.flag });
  }
  return { given, problems };
}
