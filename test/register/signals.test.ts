import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { flushOnSignals, SIGNALS } from '../../src/register/signals.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function world({ patient = false } = {}) {
  const did: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 42,
    kill: (pid: number, signal: string) => void did.push(`kill ${pid} ${signal}`),
  });
  const doing = (what: string) => async () => void did.push(what);
  const clock = createFakeClock();
  let finish: () => void = () => undefined;
  const shutdown = () => {
    did.push('shutdown');
    return patient
      ? new Promise<void>((resolve) => {
          finish = resolve;
        })
      : Promise.resolve();
  };
  flushOnSignals({ host, clock, flush: doing('flush'), shutdown });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, did, host, settled, finish: () => finish() };
}

describe.each(SIGNALS)('%s', (signal) => {
  it('ends a process that does not handle it, after the last delivery', async () => {
    const { did, host, settled } = world();
    host.emit(signal);
    await settled();
    expect(did).toEqual(['shutdown', `kill 42 ${signal}`]);
    expect(host.listenerCount(signal)).toBe(0);
  });

  it('that comes twice at once, as Ctrl+C under npm does, waits for the last delivery', async () => {
    const { did, finish, host, settled } = world({ patient: true });
    host.emit(signal);
    host.emit(signal);
    await settled();
    expect(new Set(did)).toEqual(new Set(['shutdown']));
    finish();
    await settled();
    expect(did.at(-1)).toBe(`kill 42 ${signal}`);
  });

  it('that comes again ends the process at once', async () => {
    const { clock, did, host } = world({ patient: true });
    host.emit(signal);
    await clock.advance(300);
    host.emit(signal);
    expect(did).toEqual(['shutdown', `kill 42 ${signal}`]);
  });

  it('is left to an app that handles it, each time', async () => {
    const { did, host, settled } = world();
    host.on(signal, () => did.push('the app'));
    host.emit(signal);
    host.emit(signal);
    await settled();
    expect(did).toEqual(['flush', 'the app', 'flush', 'the app']);
  });

  it('is left to an app that begins to handle it meanwhile', async () => {
    const { did, host, settled } = world();
    host.emit(signal);
    host.on(signal, () => undefined);
    await settled();
    expect(did).toEqual(['shutdown']);
  });
});
