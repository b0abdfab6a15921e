import { describe, expect, it } from '@jest/globals';
import { createClaims } from '../../src/queue/claims.ts';
import { createFresh } from '../../src/queue/fresh.ts';
import { createLedger } from '../../src/queue/ledger.ts';
import { createFakeStore } from './fake-store.ts';
import { idsOf, MIB, range, recordingLog, request } from './world.ts';

/** As node:sqlite throws it; 522 is SQLITE_IOERR_SHORT_READ. */
const readError = () => Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 522 });

describe('claims on a disk that fails for a while', () => {
  it('hand back what could not be read, and find it in its old order when the disk works again', () => {
    let failingId = 2;
    const log = recordingLog();
    const { store } = createFakeStore({
      onRead(id) {
        if (id === failingId) throw readError();
      },
    });
    const ledger = createLedger(MIB, { entries: 4, spans: 4, bytes: 400 });
    store.write(
      range(4).map((number) => request(number)),
      [],
      0,
    );
    const claims = createClaims({ log, ledger, store, fresh: createFresh(0) });

    expect(idsOf(claims.claim(300))).toEqual([1, 3]);
    expect(claims.failing()).toBe(true);
    expect(claims.claim(100)).toEqual([]);
    expect(claims.failing()).toBe(true);
    failingId = 0;
    expect(idsOf(claims.claim(MIB))).toEqual([2, 4]);
    expect(claims.failing()).toBe(false);
    expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: the queue cannot be read: trying again',
      'info: the queue can be read again',
    ]);
  });

  it('read nothing that is still in memory', () => {
    const { store } = createFakeStore({
      onRead() {
        throw readError();
      },
    });
    const ledger = createLedger(MIB, { entries: 1, spans: 1, bytes: 100 });
    const fresh = createFresh(MIB);
    for (const entry of store.write([request(1)], [], 0)) fresh.add(entry);
    const claims = createClaims({ log: recordingLog(), ledger, store, fresh });
    const ids = idsOf(claims.claim(MIB));
    expect(ids).toEqual([1]);
    ledger.release(ids);
    expect(claims.claim(MIB)).toEqual([]);
  });
});
