import { pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `json` for collecting, `text` for reading. */
  readonly format: 'json' | 'text';
}

/** Writes one line per message. */
export function createLog(write: (line: string) => void, settings: LogSettings): Log {
  const logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: settings.format === 'json' ? write : (line) => write(asText(line)) },
  );
  return {
    debug: (message, fields) => logger.debug(fields, message),
    info: (message, fields) => logger.info(fields, message),
    warn: (message, fields) => logger.warn(fields, message),
    error: (message, fields) => logger.error(fields, message),
  };
}

/** `14:03:07 warn  message key=value` */
function asText(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as LogFields;
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`);
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${msg}${pairs.join('')}\n`;
}
