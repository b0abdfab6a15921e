import type { OptionType } from './types.ts';

/** One option: a row of the table in options.ts. */
export interface Option<T> {
  readonly type: OptionType<T>;
  /** As a user would write it; read by the same parser. Undefined: the option may be left out. */
  readonly default: string | undefined;
  /** The environment variable; derived from the path where not given. */
  readonly env?: string;
  /** Another variable, asked after `env`, whose value has to be converted first. */
  readonly envElse?: { readonly name: string; readonly convert: (text: string) => string };
  /** A flag of its own. Every option can also be given with `--set path=value`. */
  readonly flag?: string;
  readonly about: string;
}

type Row<T> = Omit<Option<T>, 'type' | 'default'>;

export const option = <T>(type: OptionType<T>, fallback: string, row: Row<T>): Option<T> => ({
  type,
  default: fallback,
  ...row,
});
export const optional = <T>(type: OptionType<T>, row: Row<T>): Option<T | undefined> => ({
  type,
  default: undefined,
  ...row,
});
