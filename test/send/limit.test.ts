import { describe, expect, it } from '@jest/globals';
import { createLimit } from '../../src/send/limit.ts';
import type { Send, SendOutcome } from '../../src/send/outcome.ts';
import { project } from './samples.ts';

const RUNNING = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A send whose requests end when the test says so. */
function manual() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<SendOutcome>>();
  const send: Send = (_, body) => {
    const end = Promise.withResolvers<SendOutcome>();
    begun.push(body.toString());
    ends.set(body.toString(), end);
    return end.promise;
  };
  return { send, begun, end: (body: string) => ends.get(body) };
}

describe('createLimit', () => {
  it('lets only so many requests through at once, in the order they came', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ send }, { concurrency: 2 });
    const all = ['a', 'b', 'c', 'd'].map((body) => limited(project(), Buffer.from(body), RUNNING));
    expect(begun).toEqual(['a', 'b']);
    end('b')?.resolve({ status: 'accepted' });
    await turn();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const body of ['a', 'c']) end(body)?.resolve({ status: 'accepted' });
    await turn();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    end('d')?.resolve({ status: 'accepted' });
    await Promise.all(all);
  });

  it('gives the place back when a request breaks', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ send }, { concurrency: 1 });
    const broken = limited(project(), Buffer.from('a'), RUNNING);
    end('a')?.reject(new Error('broken'));
    await expect(broken).rejects.toThrow('broken');
    void limited(project(), Buffer.from('b'), RUNNING);
    expect(begun).toEqual(['a', 'b']);
  });

  it('hands a place to the one that waits, not to one that comes just then', async () => {
    const { send, begun, end } = manual();
    const limited = createLimit({ send }, { concurrency: 1 });
    const first = limited(project(), Buffer.from('a'), RUNNING);
    void limited(project(), Buffer.from('b'), RUNNING);
    end('a')?.resolve({ status: 'accepted' });
    await first;
    void limited(project(), Buffer.from('c'), RUNNING);
    await turn();
    expect(begun).toEqual(['a', 'b']);
  });
});
