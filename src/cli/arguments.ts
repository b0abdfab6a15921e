import { Argument, Command, CommanderError, Option } from 'commander';
import { optionsAsText } from '../config/describe.ts';
import { ALL_OPTIONS } from '../config/options.ts';
import { VERSION } from '../version.ts';

/** What the command line says about the config. */
export interface ConfigArguments {
  readonly file: string | undefined;
  /** By flag: `--http` → `:4318`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly set: readonly string[];
}

export type Arguments =
  | { readonly command: 'serve'; readonly config: ConfigArguments }
  | { readonly command: 'dev'; readonly config: ConfigArguments; readonly sample: boolean }
  | {
      readonly command: 'pipe';
      readonly config: ConfigArguments;
      readonly files: readonly string[];
      readonly dryRun: boolean;
    }
  | {
      readonly command: 'explain';
      readonly config: ConfigArguments;
      readonly files: readonly string[];
      readonly json: boolean;
    }
  | {
      readonly command: 'jobs';
      readonly config: ConfigArguments;
      readonly action: JobAction;
      /** 0 for `list`. */
      readonly id: number;
    }
  | {
      readonly command: 'rules';
      readonly rulesFile: string;
      readonly set: readonly string[];
      readonly files: readonly string[];
    }
  /** `--help` and `--version`. */
  | { readonly command: 'show'; readonly text: string }
  | { readonly command: 'misused'; readonly message: string };

const JOB_ACTIONS = ['list', 'show', 'resume', 'cancel'] as const;
export type JobAction = (typeof JOB_ACTIONS)[number];

/** Reads the arguments after `node main.ts`. Pure: prints nothing, never exits. */
export function parseArguments(argv: readonly string[]): Arguments {
  let parsed: Arguments | undefined;
  let output = '';
  const program = createProgram((found) => {
    parsed = found;
  });
  const write = (text: string) => {
    output += text;
  };
  for (const command of [program, ...program.commands]) command.configureOutput({ writeOut: write, writeErr: write });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { command: 'show', text: output } : { command: 'misused', message: output.trimEnd() };
  }
  return parsed ?? { command: 'misused', message: output.trimEnd() };
}

function createProgram(found: (parsed: Arguments) => void): Command {
  const program = new Command('otel-weave')
    .description('Carries OpenTelemetry spans into W&B Weave calls.')
    .version(VERSION)
    .exitOverride()
    .addHelpText('after', '\nEvery option of a command, with its environment variable: otel-weave serve --help');

  withConfig(program.command('serve'), [])
    .description('receive OTLP over HTTP and gRPC, and deliver it to Weave')
    .action((_, command: Command) => found({ command: 'serve', config: configOf(command) }));

  withConfig(program.command('dev'), ['--weave-url'])
    .description('serve, together with a local Weave and its page; needs no account')
    .option('--sample', 'replay recorded traces, so that the page has something to show')
    .action((options: { sample?: true }, command: Command) =>
      found({ command: 'dev', config: configOf(command), sample: options.sample === true }),
    );

  withConfig(program.command('pipe'), ['--http', '--grpc'])
    .description('deliver OTLP files: JSON Lines, JSON or protobuf, plain or compressed')
    .argument('[file...]', 'files; - or none reads stdin')
    .option('--dry-run', 'print the calls as JSON lines and send nothing')
    .action((files: string[], options: { dryRun?: true }, command: Command) =>
      found({ command: 'pipe', config: configOf(command), files, dryRun: options.dryRun === true }),
    );

  withConfig(program.command('explain'), ['--http', '--grpc', '--weave-url', '--queue-dir'])
    .description('tell for each span of OTLP files where the fields of its call come from, and what no rule reads')
    .argument('[file...]', 'files; - or none reads stdin')
    .option('--json', 'one JSON object a span')
    .action((files: string[], options: { json?: true }, command: Command) =>
      found({ command: 'explain', config: configOf(command), files, json: options.json === true }),
    );

  withConfig(program.command('jobs'), ['--http', '--grpc', '--weave-url', '--project'])
    .description('batch jobs: how far they are; let held ones go on, call others off')
    .addArgument(new Argument('<action>').choices(JOB_ACTIONS))
    .argument('[id]', 'the job, for all but list')
    .action((action: JobAction, id: string | undefined, _: unknown, command: Command) => {
      const isNumber = /^\d{1,15}$/.test(id ?? '');
      if (!isNumber && action !== 'list') command.error(`error: which job? otel-weave jobs ${action} <id>`);
      found({ command: 'jobs', config: configOf(command), action, id: isNumber ? Number(id) : 0 });
    });

  program
    .command('rules')
    .description('test: show what each rule would have picked of recorded traces, and would have sent; sends nothing')
    .addArgument(new Argument('<action>').choices(['test']))
    .argument('<rules>', 'YAML config file with scoring and jobs')
    .argument('[file...]', 'OTLP files; - or none reads stdin')
    .addOption(setOption())
    .action((_action: string, rulesFile: string, files: string[], _options: unknown, command: Command) =>
      found({ command: 'rules', rulesFile, set: configOf(command).set, files }),
    );
  return program;
}

/** Adds the flags of the option table, but those that mean nothing to the command. */
function withConfig(command: Command, without: readonly string[]): Command {
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

function setOption(): Option {
  return new Option(
    '--set <path=value>',
    'any option of the config, such as --set retry.max=1m (repeatable)',
  ).argParser((assignment: string, before: readonly string[] = []) => [...before, assignment]);
}

function configOf(command: Command): ConfigArguments {
  const { config, set = [] } = command.opts<{ config?: string; set?: readonly string[] }>();
  const flags: Record<string, string> = {};
  for (const option of command.options) {
    const isFromTable = ALL_OPTIONS.some((placed) => placed.option.flag === option.long);
    const value: unknown = command.getOptionValue(option.attributeName());
    if (isFromTable && option.long && typeof value === 'string') flags[option.long] = value;
  }
  return { file: config, flags, set };
}
