import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';
import { membersOf } from '../../src/send/members.ts';
import { startEndBody } from '../../src/send/start-end-body.ts';
import { project, sampleCall } from './samples.ts';

/** As the mapper writes it, with every member that a call can have. */
const WHOLE = {
  project_id: 'team/app',
  id: '00000000000000aa',
  trace_id: 'a'.repeat(32),
  parent_id: null,
  op_name: 'chat "quoted" \\ {[,]}',
  display_name: 'a name, with: "punctuation"',
  started_at: '2026-01-02T03:04:05.678901Z',
  ended_at: '2026-01-02T03:04:06Z',
  attributes: { kind: 'llm', nested: { list: [1, { a: '}' }], empty: {}, none: [] } },
  inputs: { messages: [{ role: 'user', content: 'Grüße, 日本 🙂 \n"}"' }] },
  output: [1, 'two', null],
  summary: { usage: { m: { input_tokens: 1 } }, status_counts: { success: 1, error: 0 } },
  exception: 'it broke',
  thread_id: 't',
  turn_id: 'u',
  wb_run_id: 'r',
  wb_run_step: 3,
  wb_run_step_end: 4,
  otel_dump: { name: 'chat' },
};

const callOf = (record: object): Call => ({ ...sampleCall(1), json: Buffer.from(JSON.stringify(record)) });

describe('membersOf', () => {
  it.each([
    ['nothing', {}],
    ['one member', { a: 1 }],
    ['texts that look like structure', { a: '{"b":[', ']}': '\\', '"': '\\"' }],
    ['every kind of value', { a: null, b: true, c: -1.5e9, d: [], e: {}, f: [[{}]], g: '' }],
    ['a whole call', WHOLE],
  ])('finds %s', (_, object) => {
    const members = membersOf(Buffer.from(JSON.stringify(object)));
    expect([...members.keys()]).toEqual(Object.keys(object));
    expect(JSON.parse(`{${[...members.values()].map(String).join(',')}}`)).toEqual(object);
  });

  it('leaves digits as they are that no number of JavaScript holds', () => {
    expect(String(membersOf(Buffer.from('{"a":{"ns":1795160700248123456},"b":1}')).get('a'))).toBe(
      '"a":{"ns":1795160700248123456}',
    );
  });
});

describe('startEndBody', () => {
  it('gives to start and end what belongs to each, and nothing else', () => {
    const { ended_at, exception, output, summary, wb_run_step_end, ...start } = WHOLE;
    const { project_id, id } = WHOLE;
    const end = { project_id, id, ended_at, exception, output, summary, wb_run_step_end };
    expect(JSON.parse(startEndBody([callOf(WHOLE)]).toString())).toEqual({
      batch: [
        { mode: 'start', req: { start } },
        { mode: 'end', req: { end } },
      ],
    });
  });

  it('leaves out what a call does not have, and keeps calls in their order', () => {
    const { exception, display_name, ...small } = WHOLE;
    const { batch } = JSON.parse(startEndBody([callOf(small), callOf({ ...small, id: 'b' })]).toString());
    expect(batch.map(({ mode }: { mode: string }) => mode)).toEqual(['start', 'end', 'start', 'end']);
    expect(batch[0].req.start).not.toHaveProperty('display_name');
    expect(batch[3].req.end).toMatchObject({ id: 'b' });
    expect(batch[1].req.end).not.toHaveProperty('exception');
  });

  it('comes out of an older server as the call that went in', async () => {
    const weave = await startLocalWeave(
      { clock: systemClock, log: silentLog },
      { host: 'localhost', port: 0, file: ':memory:' },
    );
    weave.faults.play({ v2: 'missing' });
    const post = (path: string, body: string) =>
      fetch(weave.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const sent = await post('/call/upsert_batch', startEndBody([callOf({ ...WHOLE, op_name: 'chat' })]).toString());
    expect(sent.status).toBe(200);
    const read = await post('/call/read', JSON.stringify({ project_id: project(), id: WHOLE.id }));
    const { call } = (await read.json()) as { call: Record<string, unknown> };
    const { otel_dump, summary, op_name, started_at, ended_at, ...rest } = WHOLE;
    expect(call).toMatchObject({ ...rest, attributes: { ...rest.attributes, otel_span: otel_dump } });
    await weave.close();
  });
});
