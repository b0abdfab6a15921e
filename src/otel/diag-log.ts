import { diag } from '@opentelemetry/api';
import type { Log, LogFields } from '../core/log.ts';

/** Different messages that are remembered; there are fewer than that. */
const MAX_REMEMBERED = 100;

/**
 * Says everything through OpenTelemetry's `diag`, where an app looks for it: each message once at its level, and from
 * then on for debugging only, so that trouble that lasts does not fill the log of the app. `tell` gets each warning and
 * error once, too.
 */
export function createDiagLog(tell: (line: string) => void = () => undefined): Log {
  const logger = diag.createComponentLogger({ namespace: 'otel-weave-bridge' });
  const said = new Set<string>();
  const once = (level: 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    const isNew = !said.has(message) && said.size < MAX_REMEMBERED;
    const line = lineOf(message, fields);
    if (isNew) said.add(message);
    logger[isNew ? level : 'debug'](line);
    if (isNew && level !== 'info') tell(line);
  };
  return {
    debug: (message, fields) => logger.debug(lineOf(message, fields)),
    info: once('info'),
    warn: once('warn'),
    error: once('error'),
  };
}

function lineOf(message: string, fields: LogFields = {}): string {
  const told = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return told.length > 0 ? `${message} (${told.join(', ')})` : message;
}
