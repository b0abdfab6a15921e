import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { flushOnSignals, SIGNALS } from '../../src/register/signals.ts';

function world() {
  const did: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 42,
    kill: (pid: number, signal: string) => void did.push(`kill ${pid} ${signal}`),
  });
  const doing = (what: string) => async () => void did.push(what);
  flushOnSignals(host, { flush: doing('flush'), shutdown: doing('shutdown') });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { did, host, settled };
}

describe.each(SIGNALS)('%s', (signal) => {
  it('ends a process that does not handle it, after the last delivery', async () => {
    const { did, host, settled } = world();
    host.emit(signal);
    await settled();
    expect(did).toEqual(['shutdown', `kill 42 ${signal}`]);
    expect(host.listenerCount(signal)).toBe(0);
  });

  it('that comes twice, as Ctrl+C under npm does, ends it once and not before the last delivery', async () => {
    const { did, host, settled } = world();
    host.emit(signal);
    host.emit(signal);
    expect(did).toEqual(['shutdown', 'shutdown']);
    await settled();
    expect(did).toContain(`kill 42 ${signal}`);
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
