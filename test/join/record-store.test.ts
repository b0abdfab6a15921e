import { describe, expect, it } from '@jest/globals';
import {
  createRecordStore,
  RECORD_BYTES,
  type RecordEnd,
  type RecordStoreSettings,
} from '../../src/join/record-store.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const KEEP_MS = 60_000;

function setUp(settings: Partial<RecordStoreSettings> = {}) {
  const clock = createFakeClock();
  const store = createRecordStore(clock, { keepMs: KEEP_MS, maxBytes: 1_000_000, ...settings });
  const ends: [string, RecordEnd['status']][] = [];
  const add = (id: string, name: string, bytes = 100, isLate = false) =>
    store.add(id, {
      event: { name, timeNs: 0n, attributes: new Map(), droppedAttributesCount: 0 },
      request: store,
      bytes,
      isLate,
      done: ({ status }) => ends.push([name, status]),
    });
  return { clock, store, add, ends };
}

describe('createRecordStore', () => {
  it('hands out some records of a span and keeps the others, for as long as before', async () => {
    const { clock, store, add, ends } = setUp();
    add('a', 'one');
    await clock.advance(KEEP_MS - 1);
    add('a', 'two');
    expect(store.take('a', ({ event }) => event.name === 'two').map(({ event }) => event.name)).toEqual(['two']);
    expect(store.isEmpty()).toBe(false);
    await clock.advance(1);
    expect(ends).toEqual([['one', 'unclaimed']]);
    expect([store.isEmpty(), clock.waiting()]).toEqual([true, 0]);
  });

  it('has room again for what was handed out', () => {
    const { store, add, ends } = setUp({ maxBytes: 2 * (100 + RECORD_BYTES) });
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      expect(add(id, id)).toBe(false);
      store.take(id);
    }
    expect([add('f', 'f'), add('g', 'g'), add('h', 'h')]).toEqual([false, false, true]);
    expect(ends).toEqual([['f', 'crowded_out']]);
  });

  it('tells late records from others when it gives them up', async () => {
    const { clock, add, ends } = setUp();
    add('a', 'late', 100, true);
    add('b', 'other');
    await clock.advance(KEEP_MS);
    expect(ends).toEqual([
      ['late', 'late'],
      ['other', 'unclaimed'],
    ]);
  });

  it('knows whether the answer is there', () => {
    const { store, add } = setUp();
    expect(store.isAnswered('a')).toBeUndefined();
    add('a', 'gen_ai.user.message');
    expect(store.isAnswered('a')).toBe(false);
    add('a', 'gen_ai.choice');
    expect(store.isAnswered('a')).toBe(true);
  });
});
