import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAccounts } from '../../src/core/accounts.ts';
import { parseProjectId } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createAdmit, type SenderKey } from '../../src/receive/admit.ts';
import { closeAll, closeLater, EXPORT_TRACES, openSocket } from '../receive/receivers.ts';
import { open, TRANSPORTS } from './transports.ts';

afterEach(closeAll);

const KEYS: readonly SenderKey[] = [
  { name: 'gateway', credential: { scheme: 'bearer', token: 't0ken' }, project: null },
  { name: 'old', credential: { scheme: 'basic', username: 'otel', password: 'p: w' }, project: null },
  { name: 'team', credential: { scheme: 'bearer', token: 'team' }, project: parseProjectId('team/own') ?? null },
];
const OWN_PROJECT = parseProjectId('team/own');

const admitting = (keys = KEYS) => createAdmit(createAccounts({ maxKeys: 10 }), { keys, wandbKey: 'ignore' });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each([
    ['a token', 'Bearer t0ken'],
    ['a token, the scheme in small letters', 'bearer  t0ken'],
    ['user and password', basic('otel:p: w')],
  ])('%s lets a sender in', async (_name, authorization) => {
    const { send, accepted } = await open(transport, { admit: admitting() });
    expect(await send({ headers: { authorization } })).toMatchObject({ status: 200 });
    expect(accepted).toHaveLength(1);
  });

  it.each([
    ['nothing', undefined],
    ['another token', 'Bearer t0ken2'],
    ['the beginning of a token', 'Bearer t0ke'],
    ['a token without its scheme', 't0ken'],
    ['a token of another scheme', 'Basic t0ken'],
    ['a user without a password', basic('otel')],
    ['another password', basic('otel:p')],
    ['a password as a token', 'Bearer p: w'],
    ['no base64', 'Basic ***'],
    ['an empty token', 'Bearer '],
    ['two tokens', 'Bearer t0ken, Bearer t0ken'],
    ['a long token', `Bearer ${'x'.repeat(8000)}`],
  ])('%s is answered 401, and nothing is taken', async (_name, authorization) => {
    const { send, accepted, counted } = await open(transport, { admit: admitting() });
    const heard = await send({ headers: authorization === undefined ? {} : { authorization } });
    expect(heard.status).toBe(401);
    expect(heard.message).not.toContain('t0k');
    expect(accepted).toHaveLength(0);
    expect(Object.values(counted('receiver_requests'))).toEqual([1]);
    expect(Object.keys(counted('receiver_requests'))[0]).toMatch(/ unauthenticated$/);
  });

  it('the project of a key counts before what the request names', async () => {
    const { send, accepted } = await open(transport, { admit: admitting() });
    await send({ headers: { authorization: 'Bearer team', project_id: 'others/own' } });
    await send({ headers: { authorization: 'Bearer team', project_id: 'nonsense' } });
    await send({ headers: { authorization: 'Bearer t0ken', project_id: 'any/where' } });
    expect(accepted).toMatchObject([
      { project: OWN_PROJECT, pinned: true },
      { project: OWN_PROJECT, pinned: true },
      { project: 'any/where' },
    ]);
    expect(accepted[2]).not.toHaveProperty('pinned');
  });

  it('renewed keys count from the next request on', async () => {
    const admit = admitting();
    const { send } = await open(transport, { admit });
    admit.replace([{ name: 'new', credential: { scheme: 'bearer', token: 'n3w' }, project: null }]);
    expect(await send({ headers: { authorization: 'Bearer t0ken' } })).toMatchObject({ status: 401 });
    expect(await send({ headers: { authorization: 'Bearer n3w' } })).toMatchObject({ status: 200 });
  });
});

it('over HTTP a refusal says how to do it', async () => {
  const { send } = await open('http', { admit: admitting() });
  const { headers } = await send();
  expect(headers['www-authenticate']).toBe('Bearer realm="otel-weave", Basic realm="otel-weave", charset="UTF-8"');
});

it('over HTTP nobody is asked for a body that will not be taken', async () => {
  const { port } = await open('http', { admit: admitting() });
  const { socket, until } = openSocket(port);
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
  );
  expect(await until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 /);
});

it('over gRPC a call is refused before its message has come', async () => {
  const { port, counted } = await open('grpc', { admit: admitting() });
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  closeLater(() => session.destroy());
  const stream = session.request({
    ...{ ':method': 'POST', ':path': EXPORT_TRACES, 'content-type': 'application/grpc', te: 'trailers' },
  });
  stream.write(Buffer.from([0, 0, 0, 0, 100]));
  const [answer] = await once(stream, 'response');
  expect(Number(answer['grpc-status'])).toBe(16);
  stream.resume().close();
  while (Object.keys(counted('receiver_requests')).length === 0) await systemClock.yield();
  expect(Object.entries(counted('receiver_requests'))).toEqual([['grpc unauthenticated', 1]]);
});

it('two senders with the same key are told apart by nobody, so they are refused at the start', () => {
  const twice = [...KEYS, { name: 'copy', credential: { scheme: 'bearer', token: 't0ken' } as const, project: null }];
  expect(() => admitting(twice)).toThrow(
    expect.objectContaining({
      code: 'AUTH_UNUSABLE',
      message: 'receive.auth.keys: gateway and copy are the same key.',
    }),
  );
});

describe("a sender's own W&B key", () => {
  const KEY = 'a'.repeat(40);
  const admitted = (wandbKey: 'ignore' | 'accept' | 'require', keys: readonly SenderKey[] = []) => {
    const accounts = createAccounts({ maxKeys: 2 });
    const admit = createAdmit(accounts, { keys, wandbKey });
    return (authorization?: string, key?: string) => {
      const admission = admit({ authorization, wandbKey: key });
      if (admission.status === 'refused') return 'refused';
      const { account } = admission.sender;
      return account === null ? 'no key' : accounts.keyOf(account);
    };
  };

  it.each([
    ['ignore', undefined, KEY, 'no key'],
    ['accept', undefined, KEY, KEY],
    ['accept', basic(`api:${KEY}`), undefined, KEY],
    ['accept', undefined, undefined, 'no key'],
    ['accept', 'Bearer something', undefined, 'no key'],
    ['accept', undefined, 'two words', 'refused'],
    ['accept', undefined, 'x'.repeat(513), 'refused'],
    ['accept', undefined, '', 'refused'],
    ['require', undefined, KEY, KEY],
    ['require', undefined, undefined, 'refused'],
    ['require', 'Bearer something', undefined, 'refused'],
  ] as const)('%s: with authorization %j and wandb-api-key %j: %s', (mode, authorization, key, expected) => {
    expect(admitted(mode)(authorization, key)).toBe(expected);
  });

  it('does not stand in Authorization where that holds a key of the bridge', () => {
    const ask = admitted('require', KEYS);
    expect(ask('Bearer t0ken', KEY)).toBe(KEY);
    expect(ask(basic(`api:${KEY}`))).toBe('refused');
    expect(ask(undefined, KEY)).toBe('refused');
  });

  it('is forgotten when too many others have come after it', () => {
    const accounts = createAccounts({ maxKeys: 2 });
    const [first, second] = [accounts.add('one'), accounts.add('two')];
    accounts.add('one');
    accounts.add('three');
    expect([accounts.keyOf(first), accounts.keyOf(second)]).toEqual(['one', undefined]);
    expect(first).not.toContain('one');
  });
});
