import { describe, expect, it } from '@jest/globals';
import { ID, PROJECT, startWorld } from '../world.ts';

const request = { project_id: PROJECT, call_ids: [ID], scorer_refs: [`weave:///${PROJECT}/object/Judge:abc`] };

describe('calls/score', () => {
  it('answers {} and keeps the request, whether the call is there or not', async () => {
    const { post, store } = await startWorld();
    expect(await post('/calls/score', request)).toMatchObject({ status: 200, body: {} });
    expect(await post('/calls/score', { ...request, call_ids: [], wb_user_id: null })).toMatchObject({ status: 200 });
    const kept = store.scoreRequests.all(store.projects.find(PROJECT)?.key ?? 0);
    expect(kept).toEqual([
      { receivedAt: expect.stringMatching(/Z$/), callIds: [ID], scorerRefs: request.scorer_refs },
      { receivedAt: expect.stringMatching(/Z$/), callIds: [], scorerRefs: request.scorer_refs },
    ]);
  });

  it.each([
    ['a missing scorer_refs', { scorer_refs: undefined }, ['body', 'scorer_refs'], 'missing'],
    ['a missing project', { project_id: undefined }, ['body', 'project_id'], 'missing'],
    ['call_ids that are no list', { call_ids: ID }, ['body', 'call_ids'], 'list_type'],
    ['a call id that is no text', { call_ids: [1] }, ['body', 'call_ids', 0], 'string_type'],
    ['a key of our own', { extra: 1 }, ['body', 'extra'], 'extra_forbidden'],
  ])('refuses %s with 422', async (_, changes, loc, type) => {
    const { post } = await startWorld();
    expect(await post('/calls/score', { ...request, ...changes })).toMatchObject({
      status: 422,
      body: { detail: [{ loc, type, msg: expect.any(String) }] },
    });
  });

  it('refuses a user', async () => {
    const { post } = await startWorld();
    expect(await post('/calls/score', { ...request, wb_user_id: 'me' })).toMatchObject({ status: 400 });
  });
});
