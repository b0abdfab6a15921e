import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { type DeadLetter, openDeadLetters } from '../../src/queue/dead-letters.ts';
import { asProtobuf, traceRequest } from '../receive/otlp.ts';
import { closeAll } from '../receive/receivers.ts';
import { type Noted, startNotingWeave } from './noting-weave.ts';
import { sendTo, startBridge } from './service-world.ts';
import { temporaryFolder } from './transports.ts';

afterEach(closeAll);

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const spans = (project?: string, spanId = '00000000000000aa') =>
  asProtobuf(traceRequest({ span: { spanId }, ...(project && { project }) }));

const idsOf = (taken: readonly Noted[]) => taken.flatMap(({ calls }) => calls.map(({ id }) => id));

/** Has all dead letters of the bridge tried again once there are so many; answers what they were. */
async function retryLetters(dir: string, count: number): Promise<readonly DeadLetter[]> {
  const letters = openDeadLetters(join(dir, 'queue'));
  try {
    while (letters.list().length < count) await systemClock.sleep(10);
    const all = letters.list();
    letters.retry(all.map(({ id }) => id));
    return all;
  } finally {
    letters.close();
  }
}

function bytesOf(dir: string): string {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

describe('a key with a project', () => {
  const KEYS = `receive.auth.keys=${JSON.stringify([
    { name: 'a', token: 'key-of-a', project: 'team-a/app' },
    { name: 'anywhere', token: 'key-of-anywhere' },
  ])}`;

  it('writes there and nowhere else, whatever the resource or the header name', async () => {
    const weave = await startNotingWeave();
    const { addresses } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`, KEYS);
    const headers = { authorization: 'Bearer key-of-a', project_id: 'team-b/app' };
    expect(await sendTo(addresses.http, spans('team-b/app'), headers)).toBe(200);
    expect(
      await sendTo(addresses.http, spans('team-b/app', 'b'.repeat(16)), { authorization: 'Bearer key-of-anywhere' }),
    ).toBe(200);
    expect(await sendTo(addresses.http, spans('team-b/app'))).toBe(401);
    await weave.until(() => weave.taken.length === 2);
    const projects = weave.taken.flatMap(({ project, calls }) =>
      calls.map((call) => [call.id, project, call.project_id]),
    );
    expect(projects.sort()).toEqual([
      ['00000000000000aa', 'team-a/app', 'team-a/app'],
      ['bbbbbbbbbbbbbbbb', 'team-b/app', 'team-b/app'],
    ]);
  });

  it('comes from a file, and another key counts once the file holds it', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const file = join(dir, 'key');
    writeFileSync(file, 'first');
    const keys = `receive.auth.keys=${JSON.stringify([{ name: 'a', token_file: file }])}`;
    const { addresses } = await startBridge(dir, `weave.url=${weave.url}`, keys, 'receive.auth.reload_interval=1s');
    const send = (key: string) => sendTo(addresses.http, spans(), { authorization: `Bearer ${key}` });
    expect([await send('first'), await send('second')]).toEqual([200, 401]);
    writeFileSync(file, 'second\n');
    while ((await send('second')) === 401) await systemClock.sleep(50);
    expect([await send('first'), await send('second')]).toEqual([401, 200]);
  });

  it('does so after a restart, too', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const first = await startBridge(dir, 'weave.url=http://127.0.0.1:9', KEYS);
    await sendTo(first.addresses.http, spans('team-b/app'), { authorization: 'Bearer key-of-a' });
    expect(await first.close()).toMatchObject({ left: 1 });
    await startBridge(dir, `weave.url=${weave.url}`, KEYS);
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken).toMatchObject([{ project: 'team-a/app', calls: [{ project_id: 'team-a/app' }] }]);
  });

  it('does so when a dead letter is tried again, too', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const { addresses } = await startBridge(dir, `weave.url=${weave.url}`, KEYS);
    weave.badCalls.add('00000000000000aa');
    await sendTo(addresses.http, spans('team-b/app'), { authorization: 'Bearer key-of-a' });
    expect(await retryLetters(dir, 1)).toMatchObject([{ project: 'team-a/app', pinned: true }]);
    weave.badCalls.clear();
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken).toMatchObject([{ project: 'team-a/app', calls: [{ project_id: 'team-a/app' }] }]);
  });
});

describe("a sender's own W&B key", () => {
  const accept = ['receive.auth.wandb_key=accept', 'weave.api_key=own'];

  it('delivers its calls, and never those of another sender', async () => {
    const weave = await startNotingWeave();
    const { addresses } = await startBridge(
      temporaryFolder(),
      `weave.url=${weave.url}`,
      ...accept,
      'batch.max_wait=100ms',
    );
    const send = (index: number, headers: Readonly<Record<string, string>>) =>
      sendTo(addresses.http, spans('team/app', String(index).padStart(16, '0')), headers);
    const senders = [{ 'wandb-api-key': A }, { authorization: `Basic ${btoa(`api:${B}`)}` }, {}];
    await Promise.all(Array.from({ length: 30 }, (_, index) => send(index + 1, senders[index % 3] ?? {})));
    await weave.until(() => weave.taken.flatMap(({ calls }) => calls).length === 30);
    const byKey = weave.taken.flatMap(({ key, calls }) => calls.map(({ id }) => [(Number(id) - 1) % 3, key] as const));
    expect(new Set(byKey.map(String))).toEqual(new Set([`0,${A}`, `1,${B}`, '2,own']));
    expect(weave.taken.length).toBeLessThan(30);
  });

  it('that Weave turns away keeps no other sender waiting', async () => {
    const weave = await startNotingWeave();
    weave.badKeys.add(A);
    const long = ['retry.initial=1h', 'retry.max=1h'];
    const { addresses } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`, ...accept, ...long);
    await sendTo(addresses.http, spans('team/app', '1'.repeat(16)), { 'wandb-api-key': A });
    await weave.until(() => weave.refused.length === 1);
    await sendTo(addresses.http, spans('team/app', '2'.repeat(16)), { 'wandb-api-key': B });
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken[0]).toMatchObject({ key: B, calls: [{ id: '2'.repeat(16) }] });
    expect(weave.refused).toHaveLength(1);
  });

  it('that Weave turns away is told, and its calls go when Weave takes it', async () => {
    const weave = await startNotingWeave();
    weave.badKeys.add(A);
    const { addresses, log } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`, ...accept);
    await sendTo(addresses.http, spans('team/app', '1'.repeat(16)), { 'wandb-api-key': A });
    await weave.until(() => weave.refused.length > 1);
    expect(JSON.stringify(log.lines)).toContain('Check the wandb-api-key that the sender of these calls sends along.');
    expect(JSON.stringify(log.lines)).not.toContain(A);
    weave.badKeys.clear();
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken[0]).toMatchObject({ key: A, calls: [{ id: '1'.repeat(16) }] });
  });

  it('is not written down: after a restart its calls wait until the sender comes again', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const first = await startBridge(dir, 'weave.url=http://127.0.0.1:9', ...accept);
    await sendTo(first.addresses.http, spans('team/app', '1'.repeat(16)), { 'wandb-api-key': A });
    expect(await first.close()).toMatchObject({ left: 1 });
    expect(bytesOf(dir)).toContain('team');
    expect(bytesOf(dir)).not.toContain(A);
    expect(bytesOf(dir)).not.toContain(Buffer.from(`api:${A}`).toString('base64'));

    const second = await startBridge(dir, `weave.url=${weave.url}`, ...accept);
    await sendTo(second.addresses.http, spans('team/app', '2'.repeat(16)));
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken[0]).toMatchObject({ key: 'own', calls: [{ id: '2'.repeat(16) }] });
    const health = await (await fetch(`http://${second.addresses.health}/`)).text();
    expect(health).toContain('has not shown its W&B key since the bridge started');

    await sendTo(second.addresses.http, spans('team/app', '3'.repeat(16)), { 'wandb-api-key': A });
    await weave.until(() => weave.taken.flatMap(({ calls }) => calls).length === 3);
    const ids = weave.taken.flatMap(({ key, calls }) => calls.map(({ id }) => [id[0], key]));
    expect(ids.sort()).toEqual([
      ['1', A],
      ['2', 'own'],
      ['3', A],
    ]);
  });

  it('also delivers its dead letters that are tried again, and only them', async () => {
    const weave = await startNotingWeave();
    const dir = temporaryFolder();
    const { addresses } = await startBridge(dir, `weave.url=${weave.url}`, ...accept);
    const senders = { [A]: { 'wandb-api-key': A }, [B]: { 'wandb-api-key': B }, own: {} };
    for (const [at, headers] of Object.values(senders).entries()) {
      const id = String(at + 1).repeat(16);
      weave.badCalls.add(id);
      await sendTo(addresses.http, spans('team/app', id), headers);
    }
    await retryLetters(dir, 3);
    weave.badCalls.clear();
    await weave.until(() => idsOf(weave.taken).length === 3);
    const delivered = weave.taken.flatMap(({ key, calls }) => calls.map(({ id }) => [id[0], key]));
    expect(delivered.sort()).toEqual(Object.keys(senders).map((key, at) => [String(at + 1), key]));
    expect(bytesOf(dir)).not.toContain(A);
  });

  it('also delivers what log records are joined to, and what a later span corrects', async () => {
    const weave = await startNotingWeave();
    const waits = ['map.join_logs.wait=10s', 'weave.project=team/app'];
    const { addresses } = await startBridge(temporaryFolder(), `weave.url=${weave.url}`, ...accept, ...waits);
    const [parent, child, traceId] = ['00000000000000aa', '00000000000000bb', '0af7651916cd43dd8448eb211c80319c'];
    const value = (text: string) => ({ stringValue: text });
    const usage = (operation: string) => [
      { key: 'gen_ai.operation.name', value: value(operation) },
      { key: 'gen_ai.request.model', value: value('m') },
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
    ];
    const messages = value('[{"role":"user","parts":[{"type":"text","content":"hi"}]}]');
    const said = [...usage('invoke_agent'), { key: 'gen_ai.input.messages', value: messages }];
    const key = { 'wandb-api-key': A };
    await sendTo(addresses.http, asProtobuf(traceRequest({ span: { spanId: parent, attributes: said } })), key);
    await weave.until(() => idsOf(weave.taken).includes(parent));
    const lacking = { spanId: child, parentSpanId: parent, attributes: usage('chat') };
    await sendTo(addresses.http, asProtobuf(traceRequest({ span: lacking })), key);
    const choice = { traceId, spanId: child, eventName: 'gen_ai.choice', body: value('an answer'), timeUnixNano: '1' };
    const logs = await fetch(`http://${addresses.http}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [choice] }] }] }),
    });
    expect(logs.status).toBe(200);
    await weave.until(
      () => idsOf(weave.taken).filter((id) => id === parent).length === 2 && idsOf(weave.taken).includes(child),
    );
    expect(JSON.stringify(weave.taken)).toContain('an answer');
    expect(new Set(weave.taken.map(({ key }) => key))).toEqual(new Set([A]));
  });

  it('is asked of everybody where it is required', async () => {
    const weave = await startNotingWeave();
    const { addresses } = await startBridge(
      temporaryFolder(),
      `weave.url=${weave.url}`,
      'receive.auth.wandb_key=require',
    );
    expect(await sendTo(addresses.http, spans('team/app'))).toBe(401);
    expect(await sendTo(addresses.http, spans('team/app'), { 'wandb-api-key': A })).toBe(200);
    await weave.until(() => weave.taken.length === 1);
    expect(weave.taken[0]?.key).toBe(A);
  });
});
