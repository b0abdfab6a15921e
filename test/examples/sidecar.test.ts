/** The examples with nothing of ours in the app: they need no more than this repository has installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { outline, toldByModel, toldByWeave } from './conversation.ts';
import { EXAMPLES } from './install.ts';
import { run, startWorld } from './world.ts';

it('plain-otlp shows its conversation in Weave', async () => {
  const world = await startWorld();
  const app = run('npm start --silent', join(EXAMPLES, 'plain-otlp'), world.env);
  expect(await app.ended()).toBe('You asked: What is a span?\n');
  const calls = await world.until(({ length }) => length > 0);
  expect(outline(calls)).toEqual(['chat gpt-5-mini']);
  expect(toldByWeave(calls)).toEqual(toldByModel(world.model.answered));
});

it('collector sends traces and logs where the bridge takes them', async () => {
  const world = await startWorld();
  const { receivers, exporters, service } = parse(readFileSync(join(EXAMPLES, 'collector/collector.yaml'), 'utf8'));
  expect(Object.keys(service.pipelines).sort()).toEqual(['logs', 'traces']);
  for (const pipeline of Object.values<{ receivers: string[]; exporters: string[] }>(service.pipelines)) {
    expect(Object.keys(receivers)).toEqual(expect.arrayContaining(pipeline.receivers));
    expect(Object.keys(exporters)).toEqual(expect.arrayContaining(pipeline.exporters));
  }
  const [, variable, fallback] = /^\$\{env:(\w+):-(.*)\}$/.exec(exporters.otlp_http.endpoint) ?? [];
  expect([variable, fallback]).toEqual(['OTEL_WEAVE_ENDPOINT', 'http://localhost:4318']);

  // As its otlp_http exporter posts: protobuf, gzip, and the signal's path after the endpoint.
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
    'user-agent': 'OpenTelemetry Collector/0.159.0 (linux/amd64)',
  };
  const body = new Uint8Array(gzipSync(readFileSync(join(EXAMPLES, 'samples/traceloop-openai.pb'))));
  for (const path of ['/v1/traces', '/v1/logs']) {
    const sent = path === '/v1/traces' ? body : new Uint8Array(gzipSync(''));
    const answer = await fetch(world.otlp + path, { method: 'POST', headers, body: sent });
    expect([path, answer.status]).toEqual([path, 200]);
  }
  expect(await world.until(({ length }) => length >= 16)).toHaveLength(16);
});
