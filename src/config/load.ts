import { BridgeError, messageOf } from '../core/errors.ts';
import { keyFromFile, keyFromNetrc, missingKey } from './api-key.ts';
import { misspelledVariables, readEnvironment } from './env-source.ts';
import { readFlags } from './flag-source.ts';
import type { Given, Problem, Reading, Setting } from './given.ts';
import { inWords } from './in-words.ts';
import { wrongKafka } from './kafka-options.ts';
import { ALL_OPTIONS, type Config, isOption, OPTIONS, type Section } from './options.ts';
import { halfTls, misordered, wrongRules } from './rules.ts';
import { redact } from './secret.ts';
import type { Sources } from './sources.ts';
import { readYaml } from './yaml-source.ts';

export interface ConfigInput {
  /** A YAML file. */
  readonly file?: string | undefined;
  /** Values of flags by flag: `--http` → `:4318`. */
  readonly flags?: Readonly<Record<string, string>>;
  /** `path=value` each. */
  readonly set?: readonly string[];
  /** A command's own defaults, by option path. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** False where nothing is sent to a Weave that asks for a key. */
  readonly keyNeeded: boolean;
}

export interface Loaded {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * Reads flags, environment, file and defaults, the first that has a value counting, into one frozen config.
 * Throws CONFIG_INVALID with every problem of every source, also of values that another source overrides.
 */
export function loadConfig(input: ConfigInput, sources: Sources): Loaded {
  const file = readConfigFile(input.file, sources);
  const flags = readFlags(input.flags ?? {}, input.set ?? []);
  const weakestFirst = [...defaults(input), ...file.given, ...readEnvironment(sources.env), ...flags.given];
  const url = weakestFirst.findLast((given) => given.path === 'weave.url')?.text;
  const keyFile = keyFromFile(weakestFirst, sources);
  weakestFirst.push(...keyFile.given);
  if (input.keyNeeded) weakestFirst.unshift(...keyFromNetrc(url, sources));

  const problems = [...file.problems, ...flags.problems, ...keyFile.problems];
  const settings = new Map<string, Setting>();
  for (const given of weakestFirst) {
    const parsed = parse(given);
    if ('problems' in parsed) problems.push(...parsed.problems);
    else settings.set(given.path, parsed);
  }
  problems.push(
    ...misordered(settings),
    ...wrongRules(weakestFirst, settings),
    ...halfTls(settings),
    ...wrongKafka(settings),
  );
  if (input.keyNeeded) problems.push(...missingKey(weakestFirst, settings));
  if (problems.length > 0) throw invalid(problems);
  return { config: freeze(OPTIONS, '', settings) as Config, warnings: misspelledVariables(sources.env) };
}

function readConfigFile(path: string | undefined, sources: Sources): Reading {
  if (path === undefined) return { given: [], problems: [] };
  try {
    return readYaml(sources.readText(path), path, sources.env);
  } catch (error) {
    return { given: [], problems: [{ place: '--config', message: `cannot read ${path}: ${messageOf(error)}` }] };
  }
}

function defaults(input: ConfigInput): readonly Given[] {
  return ALL_OPTIONS.flatMap(({ path, option }) => {
    const text = input.defaults?.[path] ?? option.default;
    return text === undefined ? [] : [{ path, text, place: `default of ${path}` }];
  });
}

function parse({
  path,
  text,
  place,
  shown = text,
  placeOf,
}: Given): Setting | { readonly problems: readonly Problem[] } {
  const type = ALL_OPTIONS.find((option) => option.path === path)?.option.type;
  if (!type) throw new Error(`no option ${path}`);
  const parsed = type.schema.safeParse(text, { error: inWords });
  if (parsed.success) return { value: parsed.data, place };
  if (type.list) {
    const problems = parsed.error.issues.map((issue) => {
      // The place of the key that nobody knows, and not of all that it stands among.
      const at = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
      return { place: placeOf?.(at) ?? place, message: `${[path, ...issue.path].join('.')}: ${issue.message}` };
    });
    return { problems };
  }
  return {
    problems: [
      { place, message: `${path} is ${JSON.stringify(redact(shown, type.secret))}; allowed: ${type.allowed}` },
    ],
  };
}

function freeze(section: Section, prefix: string, settings: ReadonlyMap<string, Setting>): object {
  const entries = Object.entries(section).map(([key, node]) => {
    const path = prefix + key;
    return [key, isOption(node) ? frozen(settings.get(path)?.value) : freeze(node, `${path}.`, settings)];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** Lists and the objects in them; patterns and secrets cannot be changed anyway. */
function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  const isPlain = value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function invalid(problems: readonly Problem[]): BridgeError {
  const lines = problems.map(({ place, message }) => `  ${place}: ${message}`);
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new BridgeError('CONFIG_INVALID', [`The configuration has ${count}:`, ...lines].join('\n'));
}
