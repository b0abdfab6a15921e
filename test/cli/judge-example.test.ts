import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, createBench } from './child.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/judge/judge.yaml');
const FREE = [
  ...['--http', 'localhost:0', '--grpc', 'localhost:0', '--set', 'local.endpoint=localhost:0'],
  ...['--set', 'telemetry.health=localhost:0', '--set', 'telemetry.metrics=localhost:0'],
];

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

interface Feedback {
  readonly feedback_type: string;
  readonly weave_ref: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function feedbackOf(weave: string): Promise<readonly Feedback[]> {
  const response = await fetch(`${weave}/feedback/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project_id: 'local/dev' }),
  });
  const { result } = (await response.json()) as { result: readonly Feedback[] };
  return result;
}

async function traceOf(weave: string, callId: string | undefined): Promise<string> {
  const response = await fetch(`${weave}/call/read`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project_id: 'local/dev', id: callId }),
  });
  const { call } = (await response.json()) as { call: { trace_id: string } };
  return call.trace_id;
}

describe('examples/judge', () => {
  it('leaves a score and a judgement on the recorded calls, to be seen on the page', async () => {
    const child = bench.start(['dev', '--sample', '--config', EXAMPLE, ...FREE]);
    const { weave = '' } = await child.ready();
    let found = await feedbackOf(weave);
    const of = (type: string) => found.filter(({ feedback_type }) => feedback_type === type);
    while (of('wandb.runnable.answered').length < 10 || of('otel-weave.job.judge').length < 10) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await feedbackOf(weave);
    }
    expect(of('otel-weave.job.judge')[0]?.payload).toMatchObject({
      score: expect.any(Number),
      label: expect.stringMatching(/good|poor/),
      reason: expect.any(String),
      cost_usd: expect.any(Number),
    });
    const callId = of('otel-weave.job.judge')[0]?.weave_ref.split('/').at(-1);
    const page = await fetch(`${weave}/traces/local/dev/${await traceOf(weave, callId)}?call=${callId}`);
    const text = await page.text();
    expect(text).toContain('Feedback (2)');
    expect(text).toContain('otel-weave.job.judge');
    child.process.kill('SIGTERM');
    expect((await child.exit).code).toBe(0);
  });
});
