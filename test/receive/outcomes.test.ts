import { afterEach, describe, expect, it } from '@jest/globals';
import type { AcceptOutcome } from '../../src/core/ports.ts';
import type { CheckResult } from '../../src/decode/check.ts';
import { OUTCOMES, type OutcomeStatus } from '../../src/receive/outcomes.ts';
import type { NetworkReceiverDeps as Deps } from '../../src/receive/receiver.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { readResponse, readStatus } from './otlp.ts';
import {
  closeAll,
  createGrpcClient,
  createHoldingAccept,
  type GrpcAnswer,
  type HttpAnswer,
  JSON_TYPE,
  PROTOBUF,
  post,
  startGrpc,
  startHttp,
} from './receivers.ts';

afterEach(closeAll);

type Type = Readonly<Record<string, string>>;

/** How an outcome is brought about, and what the senders must see then. Null: cannot come about over this protocol. */
interface Case {
  readonly http: (type: Type) => Promise<HttpAnswer>;
  readonly grpc: (() => Promise<GrpcAnswer>) | null;
  readonly expected: {
    readonly http: number;
    readonly grpc: number;
    /** Null: not to be sent again. */
    readonly retryAfterMs: number | null;
    readonly message: RegExp;
  };
}

const BODY = Buffer.from([1]);
const checked = (result: CheckResult): Partial<Deps> => ({ check: () => result });
const accepts = (outcome: AcceptOutcome): Partial<Deps> => ({ accept: async () => outcome });
const some = { status: 'ok', spans: 2, rejected: 3, message: '3 spans have no id', unrouted: 0 } as const;

/** Both protocols with the same dependencies. */
function both(deps: Partial<Deps>): Pick<Case, 'http' | 'grpc'> {
  return {
    http: async (headers) => post((await startHttp(deps)).port, { headers }),
    grpc: async () => createGrpcClient((await startGrpc(deps)).port).call(BODY),
  };
}

const LARGE = Buffer.alloc(10_000);
const roomForOne = { maxBodyBytes: LARGE.length, maxInFlightBytes: 0 };

const CASES: Readonly<Record<OutcomeStatus, Case>> = {
  success: { ...both({}), expected: { http: 200, grpc: 0, retryAfterMs: null, message: /^$/ } },
  partial_success: {
    ...both(checked(some)),
    expected: { http: 200, grpc: 0, retryAfterMs: null, message: /^3 spans have no id$/ },
  },
  invalid: {
    ...both(checked({ status: 'invalid', message: 'field 1 is cut off' })),
    expected: { http: 400, grpc: 3, retryAfterMs: null, message: /^field 1 is cut off$/ },
  },
  unsupported_encoding: {
    http: async (type) => post((await startHttp()).port, { headers: { ...type, 'content-encoding': 'br' } }),
    grpc: null,
    expected: { http: 400, grpc: 12, retryAfterMs: null, message: /gzip, deflate, zstd/ },
  },
  unauthenticated: {
    ...both({ admit: Object.assign(() => ({ status: 'refused' }) as const, { replace: () => undefined }) }),
    expected: { http: 401, grpc: 16, retryAfterMs: null, message: /`authorization`/ },
  },
  forbidden: {
    http: async (type) => {
      const headers = { ...type, origin: 'http://evil.example', host: 'evil.example:4318' };
      return post((await startHttp()).port, { headers });
    },
    grpc: null,
    expected: { http: 403, grpc: 7, retryAfterMs: null, message: /foreign host name/ },
  },
  not_found: {
    http: async (headers) => post((await startHttp()).port, { path: '/v1/spans', headers }),
    grpc: async () => createGrpcClient((await startGrpc()).port).call(BODY, undefined, '/a.Service/Export'),
    expected: { http: 404, grpc: 12, retryAfterMs: null, message: /\/v1\/traces|does not implement/ },
  },
  method_not_allowed: {
    http: async (headers) => post((await startHttp()).port, { method: 'PUT', headers }),
    grpc: null,
    expected: { http: 405, grpc: 12, retryAfterMs: null, message: /POST/ },
  },
  too_large: {
    http: async (headers) => post((await startHttp({}, { maxBodyBytes: 10 })).port, { headers, body: LARGE }),
    grpc: async () => createGrpcClient((await startGrpc({}, { maxBodyBytes: 10 })).port).call(LARGE),
    expected: { http: 413, grpc: 8, retryAfterMs: null, message: /larger than/ },
  },
  unsupported_media_type: {
    http: async () => post((await startHttp()).port, { headers: { 'content-type': 'text/plain' } }),
    grpc: null,
    expected: { http: 415, grpc: 3, retryAfterMs: null, message: /application\/x-protobuf/ },
  },
  full: {
    ...both(accepts({ status: 'full', retryAfterMs: 2500 })),
    expected: { http: 429, grpc: 14, retryAfterMs: 2500, message: /queue is full/ },
  },
  too_slow: {
    http: async (headers) => {
      const clock = createFakeClock();
      const answer = post((await startHttp({ clock })).port, { headers, endless: true });
      await clock.untilWaiting();
      await clock.advance(60_000);
      return answer;
    },
    grpc: async () => {
      const clock = createFakeClock();
      const answer = createGrpcClient((await startGrpc({ clock })).port).callWithoutEnd(BODY);
      await clock.untilWaiting();
      await clock.advance(60_000);
      return answer;
    },
    expected: { http: 503, grpc: 4, retryAfterMs: 1000, message: /did not arrive in time/ },
  },
  overloaded: {
    http: async (headers) => {
      const { accept, untilHolding } = createHoldingAccept();
      const { port } = await startHttp({ accept }, roomForOne);
      void post(port, { body: LARGE });
      await untilHolding();
      return post(port, { headers, body: LARGE });
    },
    grpc: async () => {
      const { accept, untilHolding } = createHoldingAccept();
      const client = createGrpcClient((await startGrpc({ accept }, roomForOne)).port);
      void client.call(LARGE);
      await untilHolding();
      return client.call(LARGE);
    },
    expected: { http: 503, grpc: 14, retryAfterMs: 1000, message: /Too many requests/ },
  },
  unavailable: {
    ...both(accepts({ status: 'unavailable', message: 'the disk is full', retryAfterMs: 30_000 })),
    expected: { http: 503, grpc: 14, retryAfterMs: 30_000, message: /^the disk is full$/ },
  },
  internal: {
    ...both({
      check: () => {
        throw new Error('a defect');
      },
    }),
    expected: { http: 500, grpc: 13, retryAfterMs: null, message: /its log says why/ },
  },
};

it('every outcome is in the table of this test', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(OUTCOMES).sort());
});

describe.each(Object.entries(CASES))('%s', (_name, { http, grpc, expected }) => {
  it.each([PROTOBUF, JSON_TYPE])('over HTTP, asked in %o', async (type) => {
    const answer = await http(type);
    expect(answer.status).toBe(expected.http);
    const knownType = expected.http === 415 ? 'application/json' : type['content-type'];
    expect(answer.contentType).toBe(knownType);
    const retryAfter = expected.retryAfterMs === null ? undefined : String(Math.ceil(expected.retryAfterMs / 1000));
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.headers.allow).toBe(expected.http === 405 ? 'POST' : undefined);
    expect(toldOverHttp(answer)).toEqual({
      code: expected.grpc,
      message: expect.stringMatching(expected.message),
      retryAfterMs: expected.retryAfterMs,
    });
  });

  it('over gRPC', async () => {
    const answer = await grpc?.();
    expect(answer && toldOverGrpc(answer)).toEqual(
      grpc
        ? {
            code: expected.grpc,
            message: expect.stringMatching(expected.message),
            retryAfterMs: expected.retryAfterMs,
          }
        : undefined,
    );
  });
});

function toldOverHttp(answer: HttpAnswer) {
  if (answer.status !== 200) return readStatus(answer.body, answer.contentType);
  return toldOnSuccess(readResponse(answer.body, answer.contentType));
}

function toldOverGrpc(answer: GrpcAnswer) {
  if (answer.body) return toldOnSuccess(readResponse(answer.body, 'application/x-protobuf'));
  const [detail] = answer.metadata?.get('grpc-status-details-bin') ?? [];
  const told = { code: answer.code, message: answer.details, retryAfterMs: null };
  if (!Buffer.isBuffer(detail)) return told;
  const inDetail = readStatus(detail, 'application/x-protobuf');
  return { ...told, retryAfterMs: inDetail.code === answer.code ? inDetail.retryAfterMs : Number.NaN };
}

function toldOnSuccess(response: unknown) {
  const { partialSuccess } = response as { partialSuccess?: { rejectedSpans: string; errorMessage: string } };
  return { code: 0, message: partialSuccess?.errorMessage ?? '', retryAfterMs: null };
}
