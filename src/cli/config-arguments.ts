import { type Command, Option } from 'commander';
import { optionsAsText } from '../config/describe.ts';
import { ALL_OPTIONS } from '../config/options.ts';

/** What the command line says about the config. */
export interface ConfigArguments {
  readonly file: string | undefined;
  /** By flag: `--http` → `:4318`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly set: readonly string[];
}

/** Adds the flags of the option table, but those that mean nothing to the command. */
export function withConfig(command: Command, without: readonly string[]): Command {
  const isUsed = (flag: string) => !without.includes(flag);
  command.option('--config <file>', 'YAML file; see the options below');
  for (const { option } of ALL_OPTIONS) {
    if (option.flag === undefined || !isUsed(option.flag)) continue;
    command.addOption(new Option(`${option.flag} <${option.type.placeholder}>`, option.about));
  }
  return command
    .addOption(setOption())
    .addHelpText(
      'after',
      `\nAll options, for --set and the config file (nested: weave: {url: …}):\n\n${optionsAsText(isUsed)}`,
    );
}

/** `--set`. */
export function setOption(): Option {
  return new Option(
    '--set <path=value>',
    'any option of the config, such as --set retry.max=1m (repeatable)',
  ).argParser((assignment: string, before: readonly string[] = []) => [...before, assignment]);
}

/** What a command that has been parsed says about the config. */
export function configOf(command: Command): ConfigArguments {
  const { config, set = [] } = command.opts<{ config?: string; set?: readonly string[] }>();
  const flags: Record<string, string> = {};
  for (const option of command.options) {
    const isFromTable = ALL_OPTIONS.some((placed) => placed.option.flag === option.long);
    const value: unknown = command.getOptionValue(option.attributeName());
    if (isFromTable && option.long && typeof value === 'string') flags[option.long] = value;
  }
  return { file: config, flags, set };
}
