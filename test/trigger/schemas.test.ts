import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { systemClock } from '../../src/core/clock.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { openTriggerStore } from '../../src/trigger/store/store.ts';
import {
  createFakeOutbox,
  createLine,
  jobRule,
  range,
  scoringRule,
  startWorld,
  temporaryDir,
  triggerOf,
  until,
} from './world.ts';

/** The schemas that the makers of both APIs publish, checked by somebody else's validator. */
function validator(file: string) {
  const url = new URL(`../fixtures/openapi/${file}`, import.meta.url);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(parse(readFileSync(url, 'utf8')), file);
  return (name: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `${file}#/components/schemas/${name}` });
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

const ofWeave = validator('weave-calls-score.yaml');
const ofBatches = validator('impala-create-batch.yaml');

/** A server that keeps the JSON bodies it gets, by path, and answers what will do. */
async function startRecorder() {
  const bodies = new Map<string, unknown[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const isJson = request.headers['content-type'] === 'application/json';
    if (isJson) bodies.set(path, [...(bodies.get(path) ?? []), JSON.parse(Buffer.concat(chunks).toString())]);
    response.end(path === '/calls/score' ? '{}' : JSON.stringify({ id: 'some-id', status: 'validating' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    of: (path: string) => bodies.get(path) ?? [],
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('the schemas of both APIs', () => {
  it('find nothing wrong with our requests, with or without the job id that some do not know', async () => {
    const scoring = scoringRule();
    const jobs = [jobRule(), jobRule({ name: 'no-job-id', jobId: null })];
    const place = temporaryDir();
    const recorder = await startRecorder();
    const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
    for (const rule of ruleSet([scoring], jobs)) store.rules.register(rule);
    const outbox = createFakeOutbox();
    outbox.add(...range(3).map((number) => triggerOf(scoring, number)), ...jobs.map((rule) => triggerOf(rule, 1)));
    const line = createLine({ store, outbox, url: recorder.url, dir: place.dir });
    line.start();
    await until(() => recorder.of('/calls/score').length === 1 && recorder.of('/v1/batches').length === 2);
    await line.close();
    await recorder.close();
    place.remove();
    expect(ofWeave('CallsScoreReq', recorder.of('/calls/score')[0])).toEqual([]);
    const bodies = recorder.of('/v1/batches').map((body) => ofBatches('CreateBatchRequestModel', body));
    expect(bodies.toSorted((a, b) => a.length - b.length)).toEqual([[], [" must have required property 'job_id'"]]);
  });

  it('find what is wrong, so that finding nothing means something', () => {
    expect(ofWeave('CallsScoreReq', { project_id: 'a/b', call_ids: [], extra: 1 })).toEqual([
      " must have required property 'scorer_refs'",
      ' must NOT have additional properties',
    ]);
    expect(ofBatches('CreateBatchRequestModel', { metadata: { a: 1 } })).toContain('/metadata/a must be string');
  });

  it('find nothing wrong with what the stand-ins answer', async () => {
    const world = await startWorld({ rules: [] });
    const post = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(world.weave.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const form = new FormData();
    form.set('purpose', 'batch');
    const line = { custom_id: 'c', method: 'POST', url: '/v1/completions', body: { model: 'm', prompt: 'p' } };
    form.set('file', new Blob([JSON.stringify(line)]), 'in.jsonl');
    const upload = await fetch(`${world.weave.url}/v1/files`, { method: 'POST', body: form });
    const { id } = (await upload.json()) as { readonly id: string };
    const request = { input_file_id: id, endpoint: '/v1/completions', completion_window: 'unlimited', job_id: 'j' };
    world.weave.faults.play({ batchStepMs: 60_000 });
    const fresh = await post('/v1/batches', request);
    world.weave.faults.play({ batchStepMs: 0 });
    const ended = await post('/v1/batches', request);
    world.weave.faults.play({ batches: 'fail' });
    const failed = await post('/v1/batches', request);
    for (const { body } of [fresh, ended, failed]) expect(ofBatches('BatchModel', body)).toEqual([]);
    expect([fresh, ended, failed].map(({ body }) => (body as { status: string }).status)).toEqual([
      'validating',
      'completed',
      'failed',
    ]);
    const unknown = await post('/v1/batches', { ...request, input_file_id: 'file-x' });
    const wrong = await post('/v1/batches', { ...request, completion_window: '24h' });
    expect([unknown.status, wrong.status]).toEqual([404, 422]);
    for (const { body } of [unknown, wrong]) expect(ofBatches('ErrorResponseModel', body)).toEqual([]);
    const refused = await post('/calls/score', { project_id: 'a/b' });
    expect(refused.status).toBe(422);
    expect(ofWeave('HTTPValidationError', refused.body)).toEqual([]);
    await world.close();
  });
});
