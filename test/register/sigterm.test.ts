import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { flushOnSigterm } from '../../src/register/sigterm.ts';

function world() {
  const did: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    pid: 42,
    kill: (pid: number, signal: string) => void did.push(`kill ${pid} ${signal}`),
  });
  const doing = (what: string) => async () => void did.push(what);
  flushOnSigterm(host, { flush: doing('flush'), shutdown: doing('shutdown') });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { did, host, settled };
}

describe('SIGTERM', () => {
  it('ends a process that does not handle it, after the last delivery', async () => {
    const { did, host, settled } = world();
    host.emit('SIGTERM');
    await settled();
    expect(did).toEqual(['shutdown', 'kill 42 SIGTERM']);
    expect(host.listenerCount('SIGTERM')).toBe(0);
  });

  it('is left to an app that handles it, each time', async () => {
    const { did, host, settled } = world();
    host.on('SIGTERM', () => did.push('the app'));
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    await settled();
    expect(did).toEqual(['flush', 'the app', 'flush', 'the app']);
  });

  it('is left to an app that begins to handle it meanwhile', async () => {
    const { did, host, settled } = world();
    host.emit('SIGTERM');
    host.on('SIGTERM', () => undefined);
    await settled();
    expect(did).toEqual(['shutdown']);
  });
});
