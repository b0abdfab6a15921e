import { describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import type { Trouble } from '../../src/send/gate.ts';
import { notReady } from '../../src/service/health.ts';

const KEY_REFUSED: Trouble = { blocked: 'server', attempts: 3, reason: 'HTTP 401', todo: 'Check weave.api_key.' };
const SERVER_DOWN: Trouble = { blocked: 'server', attempts: 3, reason: 'HTTP 503', todo: undefined };
const PROJECT_HELD: Trouble = { blocked: 'team/app', attempts: 3, reason: 'HTTP 403', todo: 'Check the project.' };

describe('not ready', () => {
  it.each<[string, { stopping?: true; queue?: string; troubles?: Trouble[]; taken?: number }, string[]]>([
    ['never, when nothing is wrong', {}, []],
    ['while it stops', { stopping: true }, ['stopping']],
    ['while the queue takes nothing', { queue: 'the queue is full' }, ['the queue is full']],
    [
      'while Weave refuses the key and has never taken anything',
      { troubles: [KEY_REFUSED] },
      ['server: HTTP 401 (3 in a row). Check weave.api_key.'],
    ],
    ['not for a key that is refused later', { troubles: [KEY_REFUSED], taken: 1 }, []],
    ['not for a Weave that is down', { troubles: [SERVER_DOWN] }, []],
    ['not for a project that is turned away', { troubles: [PROJECT_HELD] }, []],
    [
      'for all of it',
      { stopping: true, queue: 'the queue is full', troubles: [KEY_REFUSED, PROJECT_HELD] },
      ['stopping', 'the queue is full', 'server: HTTP 401 (3 in a row). Check weave.api_key.'],
    ],
  ])('%s', (_when, { stopping, queue, troubles = [], taken = 0 }, reasons) => {
    const counters = createCounters();
    counters.add('exporter_requests', taken);
    const deps = { isStopping: () => stopping === true, queue: { trouble: () => queue }, troubles: () => troubles };
    expect(notReady({ ...deps, counters })).toEqual(reasons);
  });
});
