import { Argument, Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { type ConfigArguments, configOf, setOption, withConfig } from './config-arguments.ts';

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
      /** Of `resume`. */
      readonly anew: boolean;
    }
  | {
      readonly command: 'dead-letters';
      readonly config: ConfigArguments;
      readonly action: LetterAction;
      readonly ids: readonly number[];
      readonly project: string | undefined;
      readonly reason: string | undefined;
      readonly json: boolean;
      /** Of `show`: the request itself. */
      readonly body: boolean;
    }
  | { readonly command: 'validate'; readonly config: ConfigArguments; readonly online: boolean }
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

const LETTER_ACTIONS = ['list', 'show', 'retry', 'purge'] as const;
export type LetterAction = (typeof LETTER_ACTIONS)[number];

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
    .option(
      '--anew',
      'resume: make the batch that may exist once more; look at the provider first, it may be paid for twice',
    )
    .action((action: JobAction, id: string | undefined, { anew }: { readonly anew?: true }, command: Command) => {
      const isNumber = /^\d{1,15}$/.test(id ?? '');
      if (!isNumber && action !== 'list') command.error(`error: which job? otel-weave jobs ${action} <id>`);
      found({ command: 'jobs', config: configOf(command), action, id: isNumber ? Number(id) : 0, anew: anew === true });
    });

  withConfig(program.command('dead-letters'), ['--http', '--grpc', '--weave-url', '--project'])
    .description('what Weave refused for good, and why; have it tried again, or delete it')
    .addArgument(new Argument('<action>').choices(LETTER_ACTIONS))
    .argument('[id...]', 'which ones; for retry and purge some, or a filter, or --all')
    .option('--project <entity/project>', 'only those with spans of this project')
    .option('--reason <text>', 'only those with this in a reason')
    .option('--all', 'retry and purge: every one')
    .option('--json', 'list and show: one JSON object a letter')
    .option('--body', 'show: the OTLP request as it came, for `otel-weave explain`')
    .action((action: LetterAction, ids: readonly string[], options: LetterOptions, command: Command) => {
      const { project, reason, all, json, body } = options;
      const isChosen = ids.length > 0 || (action !== 'show' && (project ?? reason ?? all) !== undefined);
      if (!isChosen && action !== 'list') command.error(`error: which ones? otel-weave dead-letters ${action} <id…>`);
      const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
      if (wrong !== undefined) command.error(`error: ${wrong} is no number of a dead letter`);
      // Here it chooses letters; where spans go is told by the config of the bridge.
      const { '--project': _, ...flags } = configOf(command).flags;
      found({
        ...{ command: 'dead-letters', action, ids: ids.map(Number), project, reason },
        config: { ...configOf(command), flags },
        json: json === true,
        body: body === true,
      });
    });

  withConfig(program.command('validate'), [])
    .description('check the configuration: all problems at once')
    .option('--online', 'also ask Weave and the batch API whether they take this key and project; sends no data')
    .action((options: { online?: true }, command: Command) =>
      found({ command: 'validate', config: configOf(command), online: options.online === true }),
    );

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

interface LetterOptions {
  readonly project?: string;
  readonly reason?: string;
  readonly all?: true;
  readonly json?: true;
  readonly body?: true;
}
