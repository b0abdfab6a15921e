import { type ConfigInput, loadConfig } from '../config/load.ts';
import type { Config } from '../config/options.ts';
import type { Log } from '../core/log.ts';
import type { ConfigArguments } from './config-arguments.ts';
import type { Host } from './host.ts';
import { createLog, type LogSettings } from './log.ts';

export interface Prepared {
  readonly config: Config;
  readonly log: Log;
}

/** Loads the config of a command and opens its log on stderr. */
export function prepare(
  given: ConfigArguments,
  more: Pick<ConfigInput, 'defaults' | 'keyNeeded'>,
  host: Host,
  format: LogSettings['format'] = host.stderr.isTTY ? 'text' : 'json',
): Prepared {
  const { config, warnings } = loadConfig({ ...given, ...more }, host.sources);
  const log = createLog((line) => host.stderr.write(line), { level: config.telemetry.log_level, format });
  for (const warning of warnings) log.warn(warning);
  return { config, log };
}
