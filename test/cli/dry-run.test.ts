import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runInProcess } from './in-process.ts';

const RECORDING = join(import.meta.dirname, '../fixtures/corpus/openlit');
const CLAUDE = join(import.meta.dirname, '../fixtures/corpus/claude-agent-native');

async function dryRun(...files: readonly string[]) {
  const { code, stdout, stderr } = await runInProcess(['pipe', '--dry-run', ...files]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, calls: new Map(lines.map((line) => [JSON.parse(line).id, JSON.parse(line)])), lines };
}

describe('otel-weave pipe --dry-run with log records', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'otel-weave-dry-run-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const spans = ['001.pb', '002.pb', '003.pb'].map((name) => join(CLAUDE, name));
  const logs = ['logs-1795160727771.pb', 'logs-1795160728202.pb'].map((name) => join(CLAUDE, name));

  it.each([
    ['after', [...spans, ...logs]],
    ['before', [...logs, ...spans]],
  ])('prints each call once, with the content of records that come %s its span', async (_when, files) => {
    const { code, calls, lines } = await dryRun(...files);
    expect([code, lines.length, calls.size]).toEqual([0, 9, 9]);
    expect(calls.get('95913e2a51a8fb5a')).toMatchObject({
      output: { choices: [{ message: { content: 'It is 18°C and sunny in Paris.' } }] },
    });
    expect(calls.get('2de40d6e2fc13479')).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Paris' } });
  });

  it('prints the same calls, though bare, where there are no records', async () => {
    const { code, calls, lines } = await dryRun(...spans);
    expect([code, lines.length, calls.size]).toEqual([0, 9, 9]);
    expect(calls.get('2de40d6e2fc13479')).toMatchObject({ op_name: 'get_weather', inputs: {} });
  });

  it('has what evaluators found before the span came', async () => {
    const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const score = { key: 'gen_ai.evaluation.score.value', value: { doubleValue: 0.5 } };
    const attributes = [text('gen_ai.evaluation.name', 'relevance'), score];
    const record = { ...ids, eventName: 'gen_ai.evaluation.result', attributes };
    const output = text('gen_ai.output.messages', '[{"role":"assistant","parts":[{"type":"text","content":"Hi!"}]}]');
    const span = { ...ids, name: 'chat', attributes: [text('gen_ai.operation.name', 'chat'), output] };
    const file = join(dir, 'judged.jsonl');
    const requests = [
      { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] },
      { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] },
    ];
    writeFileSync(file, requests.map((request) => JSON.stringify(request)).join('\n'));
    const { calls } = await dryRun(file);
    expect(calls.get(ids.spanId)).toMatchObject({
      output: { choices: [{ message: { content: 'Hi!' } }] },
      attributes: { evaluations: [{ name: 'relevance', score: 0.5 }] },
    });
  });

  it('reads spans and records out of one file', async () => {
    const json = (name: string) => JSON.stringify(JSON.parse(readFileSync(join(RECORDING, name), 'utf8')));
    const file = join(dir, 'both.jsonl');
    const logsName = 'logs-1795160734386.json';
    writeFileSync(file, `${json('001.json')}\n${json(logsName)}\n`);
    const { code, stderr, lines } = await dryRun(file);
    expect([code, stderr]).toEqual([0, '']);
    expect(lines.length).toBeGreaterThan(0);
  });
});
