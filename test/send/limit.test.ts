import { describe, expect, it } from '@jest/globals';
import { createLimit } from '../../src/send/limit.ts';
import type { Send, SendOutcome } from '../../src/send/outcome.ts';
import { project } from './samples.ts';

const RUNNING = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A send whose requests end when the test says so. A request goes by the name of its project. */
function manual() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<SendOutcome>>();
  const send: Send<SendOutcome> = (to) => {
    const end = Promise.withResolvers<SendOutcome>();
    begun.push(to);
    ends.set(to, end);
    return end.promise;
  };
  return { send, begun, end: (name: string) => ends.get(name) };
}

describe('createLimit', () => {
  it('lets only so many requests through at once, in the order they came', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ concurrency: 2 })(send);
    const all = ['e/a', 'e/b', 'e/c', 'e/d'].map((name) => limited(project(name), [], RUNNING));
    expect(begun).toEqual(['e/a', 'e/b']);
    end('e/b')?.resolve({ status: 'accepted' });
    await turn();
    expect(begun).toEqual(['e/a', 'e/b', 'e/c']);
    for (const name of ['e/a', 'e/c']) end(name)?.resolve({ status: 'accepted' });
    await turn();
    expect(begun).toEqual(['e/a', 'e/b', 'e/c', 'e/d']);
    end('e/d')?.resolve({ status: 'accepted' });
    await Promise.all(all);
  });

  it('gives the place back when a request breaks', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ concurrency: 1 })(send);
    const broken = limited(project('e/a'), [], RUNNING);
    end('e/a')?.reject(new Error('broken'));
    await expect(broken).rejects.toThrow('broken');
    void limited(project('e/b'), [], RUNNING);
    expect(begun).toEqual(['e/a', 'e/b']);
  });

  it('counts the requests of all that it wraps together', async () => {
    const { send, begun, end } = manual();
    const limit = createLimit({ concurrency: 1 });
    const [one, other] = [limit(send), limit(send)];
    void one(project('e/a'), [], RUNNING);
    void other(project('e/b'), [], RUNNING);
    expect(begun).toEqual(['e/a']);
    end('e/a')?.resolve({ status: 'accepted' });
    await turn();
    expect(begun).toEqual(['e/a', 'e/b']);
  });

  it('hands a place to the one that waits, not to one that comes just then', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ concurrency: 1 })(send);
    const first = limited(project('e/a'), [], RUNNING);
    void limited(project('e/b'), [], RUNNING);
    end('e/a')?.resolve({ status: 'accepted' });
    await first;
    void limited(project('e/c'), [], RUNNING);
    await turn();
    expect(begun).toEqual(['e/a', 'e/b']);
  });
});
