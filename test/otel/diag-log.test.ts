import { afterEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { createDiagLog } from '../../src/otel/diag-log.ts';
import { recordDiag } from '../support/recording-diag.ts';

afterEach(() => diag.disable());

describe('the log of an app', () => {
  it('says a message once at its level, and then for debugging only', () => {
    const said = recordDiag();
    const log = createDiagLog();
    log.warn('Spans were dropped.', { spans: 1 });
    log.warn('Spans were dropped.', { spans: 2 });
    log.error('Another thing.');
    const ours = said.filter((line) => line.includes('otel-weave-bridge'));
    expect(ours.map((line) => line.replace('otel-weave-bridge ', ''))).toEqual([
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
