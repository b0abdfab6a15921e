import { describe, expect, it } from '@jest/globals';
import { COMPLETE, call, end, start, startWorld } from '../world.ts';

const complete = (changes: object) => ({ batch: [call(changes)] });

describe("422 in FastAPI's words", () => {
  it.each([
    ['no batch', COMPLETE, {}, ['batch'], 'missing'],
    ['a batch that is no list', COMPLETE, { batch: {} }, ['batch'], 'list_type'],
    ['a call that is no object', COMPLETE, { batch: [1] }, ['batch', 0], 'dict_type'],
    ['no id', COMPLETE, complete({ id: undefined }), ['batch', 0, 'id'], 'missing'],
    ['a null id', COMPLETE, complete({ id: null }), ['batch', 0, 'id'], 'string_type'],
    ['no trace_id', COMPLETE, complete({ trace_id: undefined }), ['batch', 0, 'trace_id'], 'missing'],
    ['no op_name', COMPLETE, complete({ op_name: undefined }), ['batch', 0, 'op_name'], 'missing'],
    ['no project_id', COMPLETE, complete({ project_id: undefined }), ['batch', 0, 'project_id'], 'missing'],
    ['no started_at', COMPLETE, complete({ started_at: undefined }), ['batch', 0, 'started_at'], 'missing'],
    ['no ended_at', COMPLETE, complete({ ended_at: undefined }), ['batch', 0, 'ended_at'], 'missing'],
    ['no attributes', COMPLETE, complete({ attributes: undefined }), ['batch', 0, 'attributes'], 'missing'],
    ['no inputs', COMPLETE, complete({ inputs: undefined }), ['batch', 0, 'inputs'], 'missing'],
    ['no summary', COMPLETE, complete({ summary: undefined }), ['batch', 0, 'summary'], 'missing'],
    ['inputs that are a list', COMPLETE, complete({ inputs: [] }), ['batch', 0, 'inputs'], 'dict_type'],
    ['attributes that are null', COMPLETE, complete({ attributes: null }), ['batch', 0, 'attributes'], 'dict_type'],
    ['a dump that is text', COMPLETE, complete({ otel_dump: 'x' }), ['batch', 0, 'otel_dump'], 'dict_type'],
    [
      'a time that is none',
      COMPLETE,
      complete({ ended_at: 'soon' }),
      ['batch', 0, 'ended_at'],
      'datetime_from_date_parsing',
    ],
    ['half a step', COMPLETE, complete({ wb_run_step: 1.5 }), ['batch', 0, 'wb_run_step'], 'int_type'],
    [
      'half a token',
      COMPLETE,
      complete({ summary: { usage: { m: { input_tokens: 1.5 } } } }),
      ['batch', 0, 'summary', 'usage', 'm', 'input_tokens'],
      'int_type',
    ],
    [
      'usage that is no object',
      COMPLETE,
      complete({ summary: { usage: 1 } }),
      ['batch', 0, 'summary', 'usage'],
      'dict_type',
    ],
    [
      'an unknown status',
      COMPLETE,
      complete({ summary: { status_counts: { odd: 1 } } }),
      ['batch', 0, 'summary', 'status_counts', 'odd'],
      'extra_forbidden',
    ],
    ['a key beside start', '/call/start', { start: start(), x: 1 }, ['x'], 'extra_forbidden'],
    ['a key beside end', '/call/end', { end: end(), x: 1 }, ['x'], 'extra_forbidden'],
    ['no end', '/call/end', {}, ['end'], 'missing'],
    ['an item without req', '/call/upsert_batch', { batch: [{ mode: 'end' }] }, ['batch', 0, 'req'], 'missing'],
  ])('%s', async (_, path, body, loc, type) => {
    const { post } = await startWorld();
    const answer = await post(path, body);
    expect(answer.status).toBe(422);
    const { detail } = answer.body as { detail: object[] };
    expect(detail).toContainEqual({ loc: ['body', ...loc], type, msg: expect.any(String) });
  });

  it('tells all problems of a body at once', async () => {
    const { post } = await startWorld();
    const answer = await post(COMPLETE, { batch: [call({ id: 1 }), call({ inputs: 1 })] });
    expect((answer.body as { detail: unknown[] }).detail).toHaveLength(2);
  });

  it.each([
    ['no JSON', '{"batch": [', 'json_invalid'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'json_invalid'],
    ['nothing', '', 'json_invalid'],
  ])('a body that is %s', async (_, body, type) => {
    const { url } = await startWorld();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const response = await fetch(url + COMPLETE, { method: 'POST', headers, body });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ detail: [{ type, loc: ['body', expect.any(Number)] }] });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', ''])('a body declared as "%s"', async (type) => {
    const { post } = await startWorld();
    const answer = await post(COMPLETE, { batch: [call()] }, { 'content-type': type });
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ type: 'model_attributes_type' }] } });
  });
});
