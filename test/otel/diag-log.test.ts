import { afterEach, describe, expect, it } from '@jest/globals';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { createDiagLog } from '../../src/otel/diag-log.ts';

afterEach(() => diag.disable());

function listen(): string[] {
  const said: string[] = [];
  const at =
    (level: string) =>
    (...args: unknown[]) =>
      void said.push(`${level} ${args.join(' ')}`);
  const logger: DiagLogger = {
    verbose: at('verbose'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  return said.splice(0, said.length) && said;
}

describe('the log of an app', () => {
  it('says a message once at its level, and then for debugging only', () => {
    const said = listen();
    const log = createDiagLog();
    log.warn('Spans were dropped.', { spans: 1 });
    log.warn('Spans were dropped.', { spans: 2 });
    log.error('Another thing.');
    expect(said.map((line) => line.replace('otel-weave-bridge ', ''))).toEqual([
      'warn Spans were dropped. (spans: 1)',
      'debug Spans were dropped. (spans: 2)',
      'error Another thing.',
    ]);
  });

  it('tells warnings and errors once, and nothing else', () => {
    const told: string[] = [];
    const log = createDiagLog((line) => told.push(line));
    log.info('fine');
    log.debug('fine');
    log.warn('not fine', { reason: undefined });
    log.warn('not fine');
    log.error('bad');
    expect(told).toEqual(['not fine', 'bad']);
  });

  it('remembers no more than a bounded number of messages', () => {
    const told: string[] = [];
    const log = createDiagLog((line) => told.push(line));
    for (let n = 0; n < 1000; n += 1) log.warn(`message ${n}`);
    expect(told).toHaveLength(100);
  });
});
