import { once } from 'node:events';
import type { Queue, QueueDepth, QueueEntry, RawRequest, Settled } from '../../src/core/ports.ts';

export interface FakeQueue extends Queue {
  /** Puts a request in, sure to be there on return. */
  add(request: Partial<RawRequest>): number;
  /** What was settled, one list for each call of `settle` that went through. */
  readonly settled: (readonly Settled[])[];
  /** Ids in the order they were claimed, again where they were released between. */
  readonly claims: number[];
  /** Every id handed back, in order. */
  readonly released: number[];
  /** Every id set aside, and under which name, in order. */
  readonly parkings: { readonly id: number; readonly under: string }[];
}

/** The queue's contract in memory. It notes what is done with it, and throws where an entry is settled twice. */
export function createFakeQueue(): FakeQueue {
  const entries = new Map<number, QueueEntry>();
  const claimed = new Set<number>();
  const parked = new Map<string, number[]>();
  const parkings: { readonly id: number; readonly under: string }[] = [];
  const settled: (readonly Settled[])[] = [];
  const claims: number[] = [];
  const released: number[] = [];
  let arrival = new AbortController();
  let lastId = 0;

  function unclaimed(): readonly QueueEntry[] {
    const aside = new Set([...parked.values()].flat());
    return [...entries.values()].filter(({ id }) => !claimed.has(id) && !aside.has(id));
  }

  function ring(): void {
    arrival.abort();
    arrival = new AbortController();
  }

  function giveBack(id: number): void {
    if (!claimed.delete(id)) throw new Error(`not claimed: ${id}`);
  }

  function add(request: Partial<RawRequest>): number {
    lastId += 1;
    const defaults = {
      signal: 'traces',
      encoding: 'protobuf',
      project: null,
      spans: 1,
      body: new Uint8Array(1),
    } as const;
    entries.set(lastId, { ...defaults, ...request, id: lastId, acceptedAtMs: 0 });
    ring();
    return lastId;
  }

  return {
    settled,
    claims,
    released,
    parkings,
    add,
    put(request) {
      add(request);
      return Promise.resolve({ status: 'accepted' });
    },
    claim(maxBytes) {
      const taken: QueueEntry[] = [];
      let bytes = 0;
      for (const entry of unclaimed()) {
        bytes += entry.body.length;
        if (taken.length > 0 && bytes > maxBytes) break;
        taken.push(entry);
        claimed.add(entry.id);
        claims.push(entry.id);
      }
      return taken;
    },
    settle(list) {
      settled.push(list);
      for (const { id } of list) {
        if (!entries.delete(id)) throw new Error(`settled twice: ${id}`);
        giveBack(id);
      }
    },
    release(ids) {
      for (const id of ids) giveBack(id);
      released.push(...ids);
      ring();
    },
    park(ids, under) {
      for (const id of ids) {
        giveBack(id);
        parkings.push({ id, under });
        parked.set(under, parked.get(under) ?? []);
        parked.get(under)?.push(id);
      }
    },
    unpark(under, maxBytes) {
      const ids = parked.get(under) ?? [];
      let bytes = 0;
      const end = ids.findIndex((id, at) => {
        bytes += entries.get(id)?.body.length ?? 0;
        return at > 0 && bytes > maxBytes;
      });
      parked.delete(under);
      if (end > 0) parked.set(under, ids.slice(end));
      ring();
    },
    parkedUnder: () => parked.keys(),
    recall(ids, under) {
      const wanted = new Set(ids);
      const taken = (parked.get(under) ?? []).filter((id) => wanted.has(id));
      const left = (parked.get(under) ?? []).filter((id) => !wanted.has(id));
      if (left.length > 0) parked.set(under, left);
      else parked.delete(under);
      for (const id of taken) claimed.add(id);
      return taken.flatMap((id) => entries.get(id) ?? []);
    },
    async ready(signal) {
      if (signal.aborted || unclaimed().length > 0) return;
      const either = AbortSignal.any([signal, arrival.signal]);
      await once(either, 'abort');
    },
    depth(): QueueDepth {
      const all = [...entries.values()];
      return {
        entries: all.length,
        spans: all.reduce((sum, entry) => sum + entry.spans, 0),
        bytes: all.reduce((sum, entry) => sum + entry.body.length, 0),
        claimed: claimed.size,
        parked: [...parked.values()].flat().length,
      };
    },
    close: () => Promise.resolve(),
  };
}
