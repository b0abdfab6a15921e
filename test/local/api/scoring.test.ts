import { describe, expect, it } from '@jest/globals';
import { call, ID, idOf, PROJECT, startWorld, type World } from '../world.ts';

const ref = (name: string) => `weave:///${PROJECT}/object/${name}:v1`;

const score = (world: World, ids: readonly string[], ...scorers: readonly string[]) =>
  world.post('/calls/score', { project_id: PROJECT, call_ids: ids, scorer_refs: scorers.map(ref) });

async function feedback(world: World): Promise<readonly Record<string, unknown>[]> {
  const { body } = await world.post('/feedback/query', { project_id: PROJECT });
  return (body as { result: Record<string, unknown>[] }).result;
}

describe('the scorers of the local Weave', () => {
  it.each([
    ['answered', {}, { passed: true }],
    ['answered', { output: null }, { passed: false }],
    ['answered', { output: '' }, { passed: false }],
    ['no_error', { exception: 'boom' }, { passed: false }],
    ['output_length', { output: 'four' }, { characters: 6 }],
    ['anything_else', {}, { score: expect.any(Number) }],
    ['constructor', {}, { score: expect.any(Number) }],
  ])('%s says of %j: %j', async (scorer, fields, output) => {
    const world = await startWorld();
    await world.write(call(fields));
    await score(world, [ID], scorer);
    expect(await feedback(world)).toEqual([
      expect.objectContaining({
        weave_ref: `weave:///${PROJECT}/call/${ID}`,
        feedback_type: `wandb.runnable.${scorer}`,
        runnable_ref: ref(scorer),
        payload: { output },
      }),
    ]);
  });

  it('score each call with each scorer, and pass over calls that are not there', async () => {
    const world = await startWorld();
    await world.write(call(), call({ id: idOf(2) }));
    await score(world, [ID, idOf(2), idOf(3)], 'answered', 'no_error');
    expect(await feedback(world)).toHaveLength(4);
  });

  it.each([
    ['dropped', 0],
    ['once', 1],
    ['twice', 2],
  ] as const)('may have it %s', async (scoring, rows) => {
    const world = await startWorld();
    world.faults.play({ scoring });
    await world.write(call());
    expect((await score(world, [ID], 'answered')).status).toBe(200);
    expect(await feedback(world)).toHaveLength(rows);
  });

  it('take their time', async () => {
    const world = await startWorld();
    world.faults.play({ scoringDelayMs: 20 });
    await world.write(call());
    await score(world, [ID], 'answered');
    expect(await feedback(world)).toEqual([]);
    while ((await feedback(world)).length === 0);
    expect(await feedback(world)).toHaveLength(1);
  });

  it('leave no timer behind when the server closes', async () => {
    const world = await startWorld();
    world.faults.play({ scoringDelayMs: 600_000 });
    await world.write(call());
    await score(world, [ID], 'answered');
    await world.close();
  });

  it('are seen on the page', async () => {
    const world = await startWorld();
    expect((await world.get('/work')).text).toContain('No call was to be scored yet');
    await world.write(call());
    await score(world, [ID], 'answered');
    expect((await world.get('/work')).text).toContain(ref('answered'));
  });
});

describe('an older Weave', () => {
  it('takes no ids of feedback', async () => {
    const world = await startWorld();
    world.faults.play({ feedbackIds: 'refused' });
    const body = { project_id: PROJECT, weave_ref: `weave:///${PROJECT}/call/${ID}`, feedback_type: 'x', payload: {} };
    expect(await world.post('/feedback/create', { ...body, id: 'mine' })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'id'], type: 'extra_forbidden' }] },
    });
    expect((await world.post('/feedback/create', body)).status).toBe(200);
  });
});
