import { describe, expect, it } from '@jest/globals';
import { MAX_BODY_BYTES, MAX_ROW_BYTES } from '../../src/local/limits.ts';
import { COMPLETE, call, end, ID, idOf, PROJECT, start, startWorld } from './world.ts';

const EXCEEDS = { _weave: { error: '<EXCEEDS_LIMITS>' } };
const MIB = 1024 * 1024;
const text = (mib: number) => 'x'.repeat(mib * MIB);

describe('a call of more than 3.5 MiB', () => {
  it.each([
    ['output', { inputs: { a: text(1) }, output: text(3) }, ['output']],
    ['inputs', { inputs: { a: text(3) }, output: text(1) }, ['inputs']],
    ['attributes', { attributes: { a: text(3) }, output: text(1) }, ['attributes']],
    ['both, the larger one first', { inputs: { a: text(4) }, output: text(3.6) }, ['inputs', 'output']],
    ['nothing while it fits', { inputs: { a: text(1) }, output: text(2.4) }, []],
    ['what is large in bytes, not in characters', { output: 'ä'.repeat(2 * MIB) }, ['output']],
  ])('loses %s', async (_, changes, lost) => {
    const { post, read } = await startWorld();
    expect((await post(COMPLETE, { batch: [call(changes)] })).status).toBe(200);
    const found = await read(ID);
    const fields = ['attributes', 'inputs', 'output'];
    const gone = fields.filter((field) => JSON.stringify(found?.[field]) === JSON.stringify(EXCEEDS));
    expect(gone).toEqual(lost);
    for (const [field, value] of Object.entries(changes))
      if (!lost.includes(field)) expect(found?.[field]).toEqual(value);
  });

  it('loses its dump first where that is the largest', async () => {
    const { write, read } = await startWorld();
    await write(call({ otel_dump: { a: text(3) }, output: text(1) }));
    expect(await read(ID)).toMatchObject({ attributes: { otel_span: EXCEEDS }, output: text(1) });
  });

  it('keeps its start and end within the limit where they come apart', async () => {
    const { post, read } = await startWorld();
    await post('/call/start', { start: start({ inputs: { a: text(4) } }) });
    await post('/call/end', { end: end({ output: text(4) }) });
    expect(await read(ID)).toMatchObject({ inputs: EXCEEDS, output: EXCEEDS });
  });

  it.each([
    [COMPLETE, { batch: [call({ id: idOf(1) }), call({ exception: text(4) })] }],
    ['/call/end', { end: end({ exception: text(4) }) }],
  ])('%s answers 413 where nothing that may go is left, and writes nothing', async (path, body) => {
    const { post, query } = await startWorld();
    expect(await post(path, body)).toMatchObject({ status: 413, body: { reason: expect.stringContaining(ID) } });
    expect(await query()).toEqual([]);
  });

  it('has the limit that Weave has', () => expect(MAX_ROW_BYTES).toBe(3_670_016));

  it('has another limit where it is told so', async () => {
    const { write, read } = await startWorld({ maxRowBytes: 200 });
    await write(call({ output: 'x'.repeat(200) }));
    expect(await read(ID)).toMatchObject({ output: EXCEEDS });
  });
});

describe('a body that is too large', () => {
  const bodyOf = (bytes: number) => {
    const empty = JSON.stringify({ project_id: PROJECT, columns: [''] });
    return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
  };

  it('is answered with 413, while the largest allowed one is read', async () => {
    const { post, url } = await startWorld();
    expect(MAX_BODY_BYTES).toBe(33_554_432);
    expect((await post('/calls/stream_query', bodyOf(MAX_BODY_BYTES))).status).toBe(200);
    expect(await post('/calls/stream_query', bodyOf(MAX_BODY_BYTES + 1))).toMatchObject({
      status: 413,
      body: { reason: 'Request too large' },
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('is not read without end', async () => {
    const { post } = await startWorld({ maxBodyBytes: 1000 });
    expect((await post('/calls/stream_query', bodyOf(4000))).status).toBe(413);
    await expect(post('/calls/stream_query', bodyOf(4_000_000))).rejects.toThrow();
  });
});
