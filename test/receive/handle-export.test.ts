import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import type { AcceptOutcome, RawRequest } from '../../src/core/ports.ts';
import type { CheckResult } from '../../src/decode/check.ts';
import { createHandleExport, type ExportRequest } from '../../src/receive/handle-export.ts';
import type { Check } from '../../src/receive/receiver.ts';

interface Setting {
  readonly checked?: CheckResult;
  readonly defaultProjectKnown?: boolean;
  readonly projectHeader?: string;
  readonly outcome?: AcceptOutcome;
  readonly request?: Partial<ExportRequest>;
  readonly log?: Log;
  readonly check?: Check;
}

const ok = (spans: number, unrouted = 0, rejected = 0): CheckResult => {
  return { status: 'ok', spans, unrouted, rejected, message: rejected > 0 ? 'bad ids' : '' };
};

/** Runs one request; tells what was answered, what was offered to the queue, and what was counted. */
async function run(setting: Setting) {
  const offered: RawRequest[] = [];
  const counters = createCounters();
  const handle = createHandleExport(
    {
      accept: async (request) => {
        offered.push(request);
        return setting.outcome ?? { status: 'accepted' };
      },
      check: setting.check ?? (() => setting.checked ?? ok(1)),
      clock: systemClock,
      log: setting.log ?? silentLog,
      counters,
    },
    { transport: 'http', defaultProjectKnown: setting.defaultProjectKnown ?? true, joinLogs: true },
  );
  const answer = await handle({
    signal: 'traces',
    encoding: 'protobuf',
    body: Buffer.from([1]),
    projectHeader: setting.projectHeader,
    ...setting.request,
  });
  return {
    status: answer.status,
    message: answer.message,
    offered: offered.map((request) => request.spans),
    project: offered[0]?.project,
    accepted: counters.total('receiver_accepted_spans'),
    rejected: counters.total('receiver_rejected_spans'),
    refused: counters.total('receiver_refused_spans'),
    told: answer.rejected,
  };
}

const full: AcceptOutcome = { status: 'full', retryAfterMs: 1 };
const stopping: AcceptOutcome = { status: 'unavailable', message: '', retryAfterMs: 1 };
const none = { offered: [], accepted: 0, rejected: 0, refused: 0, told: 0 };

describe('what a request comes to', () => {
  it.each<readonly [string, Setting, object]>([
    ['all valid', { checked: ok(5) }, { ...none, status: 'success', offered: [5], accepted: 5 }],
    ['no spans', { checked: ok(0) }, { ...none, status: 'success' }],
    [
      'some invalid',
      { checked: ok(5, 0, 2) },
      { ...none, status: 'partial_success', offered: [5], accepted: 5, rejected: 2, told: 2 },
    ],
    ['all invalid', { checked: ok(0, 0, 2) }, { ...none, status: 'partial_success', rejected: 2, told: 2 }],
    ['unreadable', { checked: { status: 'invalid', message: 'cut off' } }, { ...none, status: 'invalid' }],
    ['queue full', { checked: ok(5, 0, 2), outcome: full }, { ...none, status: 'full', offered: [5], refused: 5 }],
    ['stopping', { checked: ok(5), outcome: stopping }, { ...none, status: 'unavailable', offered: [5], refused: 5 }],
  ])('%s', async (_name, setting, expected) => expect(await run(setting)).toMatchObject(expected));
});

describe('spans whose resource names no project', () => {
  const lost = { defaultProjectKnown: false };

  it.each<readonly [string, Setting, object]>([
    ['go to the configured one', { checked: ok(5, 3) }, { ...none, status: 'success', offered: [5], accepted: 5 }],
    [
      'go to the one that the request names',
      { ...lost, checked: ok(5, 3), projectHeader: 'team/app' },
      { ...none, status: 'success', offered: [5], accepted: 5, project: 'team/app' },
    ],
    [
      'are rejected where there is none',
      { ...lost, checked: ok(5, 3, 1) },
      { ...none, status: 'partial_success', offered: [2], accepted: 2, rejected: 4, told: 4, project: null },
    ],
    [
      'are rejected where there is none, and nothing is left to accept',
      { ...lost, checked: ok(3, 3) },
      { ...none, status: 'partial_success', rejected: 3, told: 3 },
    ],
    [
      'are refused with the others when the queue is full, and rejected when they come again',
      { ...lost, checked: ok(5, 3), outcome: full },
      { ...none, status: 'full', offered: [2], refused: 2 },
    ],
  ])('%s', async (_name, setting, expected) => expect(await run(setting)).toMatchObject(expected));

  it('are told what to set, after what else is wrong', async () => {
    const { message } = await run({ ...lost, checked: ok(5, 3, 1) });
    expect(message).toMatch(/^bad ids; 3 of the spans name no project: .*weave\.project.*project_id.*wandb\.entity/);
  });
});

it.each(['', 'app', 'team/', '/app', 'team/app/x', 'team/app, team/app', 'te am/app'])(
  'a project header %p is refused',
  async (projectHeader) => {
    expect(await run({ projectHeader })).toMatchObject({ ...none, status: 'invalid' });
  },
);

it.each(['traces', 'logs', 'metrics'] as const)(
  'an empty body of %s is a success in both encodings',
  async (signal) => {
    const checked: CheckResult = { status: 'invalid', message: 'not to be asked' };
    for (const encoding of ['protobuf', 'json'] as const) {
      const request = { signal, encoding, body: new Uint8Array() };
      expect(await run({ checked, request })).toMatchObject({ ...none, status: 'success' });
    }
  },
);

it.each(['logs', 'metrics'] as const)('%s that cannot be read are refused', async (signal) => {
  const request = { signal, body: Buffer.from([0xff]) };
  expect(await run({ request })).toMatchObject({ ...none, status: 'invalid' });
});

it('a defect is answered as such, and logged without what was sent', async () => {
  const logged: unknown[] = [];
  const log: Log = { ...silentLog, error: (...said) => logged.push(said) };
  const check = () => {
    throw new Error('a defect');
  };
  expect((await run({ log, check })).status).toBe('internal');
  expect(logged).toEqual([['an export request failed', { transport: 'http', signal: 'traces', reason: 'a defect' }]]);
});
