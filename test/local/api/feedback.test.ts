import { describe, expect, it } from '@jest/globals';
import { ID, idOf, PROJECT, startWorld } from '../world.ts';

const CREATE = '/feedback/create';
const CALL_REF = `weave:///${PROJECT}/call/${ID}`;
const SCORER = `weave:///${PROJECT}/object/Judge:abc`;
const OP = `weave:///${PROJECT}/op/judge:abc`;

const feedback = (changes: object = {}) => ({
  project_id: PROJECT,
  weave_ref: CALL_REF,
  feedback_type: 'bridge.batch',
  payload: { answer: 'yes' },
  ...changes,
});
const runnable = (changes: object = {}) =>
  feedback({ feedback_type: 'wandb.runnable.Judge', runnable_ref: SCORER, payload: { output: 1 }, ...changes });

describe('feedback/create', () => {
  it.each([
    ['a type of our own', feedback()],
    ['a reaction', feedback({ feedback_type: 'wandb.reaction.1', payload: { emoji: '👍' } })],
    ['a note', feedback({ feedback_type: 'wandb.note.1', payload: { note: 'x'.repeat(1024) } })],
    ['a score of a scorer', runnable({ scorer_ratings: { quality: 0.5 }, scorer_tags: ['a'] })],
    ['a score of an op', runnable({ feedback_type: 'wandb.runnable.judge', runnable_ref: OP, call_ref: CALL_REF })],
    [
      'an annotation',
      feedback({ feedback_type: 'wandb.annotation.Judge', annotation_ref: SCORER, payload: { value: 1 } }),
    ],
    ['nulls', feedback({ creator: null, runnable_ref: null, wb_user_id: null })],
  ])('accepts %s', async (_, body) => {
    const { post } = await startWorld();
    expect(await post(CREATE, body)).toMatchObject({
      status: 200,
      body: { id: expect.any(String), created_at: expect.stringMatching(/Z$/), wb_user_id: null, payload: {} },
    });
  });

  it.each([
    ['a ref that is none', feedback({ weave_ref: 'call' }), 'weave_ref'],
    ['no type', feedback({ feedback_type: '' }), 'feedback_type'],
    ['a runnable ref on a type of our own', feedback({ runnable_ref: SCORER }), 'runnable_ref'],
    ['ratings on a type of our own', feedback({ scorer_ratings: { a: 1 } }), 'scorer_ratings'],
    ['a reaction without an emoji', feedback({ feedback_type: 'wandb.reaction.1' }), 'emoji'],
    ['an empty note', feedback({ feedback_type: 'wandb.note.1', payload: { note: '' } }), 'note'],
    ['a long note', feedback({ feedback_type: 'wandb.note.1', payload: { note: 'x'.repeat(1025) } }), 'note'],
    ['a score without its scorer', runnable({ runnable_ref: null }), 'runnable_ref'],
    ['a score under another name', runnable({ feedback_type: 'wandb.runnable.Other' }), 'wandb.runnable.Judge'],
    ['a score without output', runnable({ payload: {} }), 'output'],
    [
      'a score of an op without its call',
      runnable({ feedback_type: 'wandb.runnable.judge', runnable_ref: OP }),
      'call_ref',
    ],
    ['a scorer that is no ref', runnable({ runnable_ref: 'Judge' }), 'Invalid ref'],
    [
      'an annotation without its object',
      feedback({ feedback_type: 'wandb.annotation.A', payload: { value: 1 } }),
      'annotation_ref',
    ],
    ['a payload of more than 1 MiB', feedback({ payload: { text: 'x'.repeat(1024 * 1024) } }), 'payload'],
    ['a user', feedback({ wb_user_id: 'me' }), 'wb_user_id'],
    ['a project that is none', feedback({ project_id: 'x' }), 'project_id'],
  ])('refuses %s with 400', async (_, body, reason) => {
    const { post } = await startWorld();
    expect(await post(CREATE, body)).toMatchObject({ status: 400, body: { reason: expect.stringContaining(reason) } });
    expect((await post('/feedback/query', { project_id: PROJECT })).body).toEqual({ result: [] });
  });

  it('refuses keys that it does not know with 422', async () => {
    const { post } = await startWorld();
    expect(await post(CREATE, feedback({ extra: 1 }))).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'extra_forbidden' }] },
    });
  });

  it('keeps one row for an id that comes twice', async () => {
    const { post } = await startWorld();
    await post(CREATE, feedback({ id: 'mine', payload: { n: 1 } }));
    await post(CREATE, feedback({ id: 'mine', payload: { n: 2 } }));
    expect((await post('/feedback/query', { project_id: PROJECT })).body).toMatchObject({
      result: [{ id: 'mine', payload: { n: 2 } }],
    });
  });
});

describe('feedback/query', () => {
  const field = (name: string) => ({ $getField: name });
  const literal = (value: unknown) => ({ $literal: value });
  const eq = (name: string, value: unknown) => ({ $eq: [field(name), literal(value)] });

  async function startWithThree() {
    const world = await startWorld();
    for (const index of [1, 2, 3])
      await world.post(
        CREATE,
        feedback({
          id: `f${index}`,
          weave_ref: `weave:///${PROJECT}/call/${idOf(index)}`,
          creator: index === 3 ? 'ana' : null,
        }),
      );
    await world.post(CREATE, feedback({ id: 'f4', project_id: 'acme/other' }));
    return world;
  }

  it.each([
    ['everything, newest first', {}, ['f3', 'f2', 'f1']],
    ['one id', { query: { $expr: eq('id', 'f2') } }, ['f2']],
    [
      'two conditions',
      { query: { $expr: { $and: [eq('feedback_type', 'bridge.batch'), eq('creator', 'ana')] } } },
      ['f3'],
    ],
    ['one of two', { query: { $expr: { $or: [eq('id', 'f1'), eq('id', 'f3')] } } }, ['f3', 'f1']],
    ['some ids', { query: { $expr: { $in: [field('id'), [literal('f1'), literal('f9')]] } } }, ['f1']],
    ['not', { query: { $expr: { $not: [eq('id', 'f1')] } } }, ['f3', 'f2']],
    ['null', { query: { $expr: eq('creator', null) } }, ['f2', 'f1']],
    ['greater', { query: { $expr: { $gt: [field('id'), literal('f2')] } } }, ['f3']],
    ['a page', { offset: 1, limit: 1 }, ['f2']],
  ])('finds %s', async (_, body, ids) => {
    const { post } = await startWithThree();
    const answer = await post('/feedback/query', { project_id: PROJECT, ...body });
    expect((answer.body as { result: { id: string }[] }).result.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['a field that is none', eq('payload', 1)],
    ['SQL as a field', eq('1=1; --', 1)],
    ['an operator that is none', { $regex: [] }],
    ['no operator', {}],
    ['two operators', { ...eq('id', 'a'), $or: [] }],
    ['no operands', { $and: [] }],
    ['a literal that is an object', eq('id', {})],
    ['a bare value', { $eq: [field('id'), 'f1'] }],
    ['too many operators', { $and: Array.from({ length: 101 }, () => eq('id', 'a')) }],
  ])('refuses %s with 422', async (_, $expr) => {
    const { post } = await startWorld();
    expect(await post('/feedback/query', { project_id: PROJECT, query: { $expr } })).toMatchObject({
      status: 422,
      body: { reason: expect.any(String) },
    });
  });
});
