import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runInProcess } from './in-process.ts';
import { otlpLine, ROOT_AND_CHAT } from './recording.ts';

const RECORDING = join(import.meta.dirname, '../fixtures/corpus/oi-anthropic/001.json');
const SCORER = 'weave:///acme/bots/object/answered:v1';
const RULES = `
scoring:
  - name: answered
    when: {field: attributes.kind, eq: llm}
    scorers: ["${SCORER}"]
  - {name: none, when: {field: op_name, eq: nothing}, scorers: ["${SCORER}"]}
  - {name: off, enabled: false, scorers: ["${SCORER}"]}
jobs:
  rules:
    - name: judge
      when: {field: attributes.kind, eq: llm}
      job_id: job-1
      model: demo
      prompt: "Model {{inputs.model}}, said {{output.choices.0.message.role}}"
      limit: {calls_per_day: 1}
`;

const test = (rules: string, ...args: readonly string[]) =>
  runInProcess(['rules', 'test', 'rules.yaml', ...args], { files: { 'rules.yaml': rules } });

describe('otel-weave rules test', () => {
  it('prints what each rule would have picked and sent, and sums it up', async () => {
    const { code, stdout, stderr } = await test(RULES, RECORDING);
    const picks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (rule: string) => picks.filter((pick) => pick['rule'] === rule);
    expect(code).toBe(0);
    expect(of('answered').length).toBeGreaterThan(1);
    expect(of('answered')[0]).toEqual({
      rule: 'answered',
      version: expect.stringMatching(/^[\da-f]{12}$/),
      project: 'local/rules',
      trace_id: expect.stringMatching(/^[\da-f]{32}$/),
      call_id: expect.stringMatching(/^[\da-f]{16}$/),
      scorers: [SCORER],
    });
    expect(of('judge')[0]?.['request']).toEqual({
      messages: [{ role: 'user', content: expect.stringMatching(/^Model claude.*, said assistant$/) }],
      model: 'demo',
    });
    expect(stderr).toContain(`answered: ${of('answered').length} matched, ${15 - of('answered').length} filtered\n`);
    expect(stderr).toContain('none: 15 filtered\n');
    expect(stderr).toContain('off: switched off, or there was no call\n');
  });

  it.each([
    ['after', ['001.pb', 'logs-1795160699366.pb']],
    ['before', ['logs-1795160699366.pb', '001.pb']],
  ])('knows content of log records that come %s their spans', async (_when, names) => {
    const rules = `
scoring:
  - {name: said, when: {field: output.choices.0.message.content, exists: true}, scorers: ["${SCORER}"]}`;
    const files = names.map((name) => join(import.meta.dirname, '../fixtures/corpus/otel-openai', name));
    const { code, stderr } = await test(rules, ...files);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^said: [1-9]\d* matched/m);
    // Without them nothing is known of what was said.
    const { stderr: alone } = await test(rules, ...files.filter((file) => file.endsWith('001.pb')));
    expect(alone).toMatch(/^said: \d+ filtered$/m);
  });

  it('picks a call that is left out until one below it comes, as the bridge does', async () => {
    const rules = `
map: {keep: llm}
scoring:
  - {name: root, when: {field: parent_id, exists: false}, scorers: ["${SCORER}"]}`;
    const dir = mkdtempSync(join(tmpdir(), 'otel-weave-rules-'));
    const file = join(dir, 'traces.jsonl');
    writeFileSync(file, ROOT_AND_CHAT.map(otlpLine).join('\n'));
    const { stdout } = await test(rules, file);
    rmSync(dir, { recursive: true });
    expect(JSON.parse(stdout)).toMatchObject({ rule: 'root', call_id: ROOT_AND_CHAT[0]?.spanId });
  });

  it('says where the rules are wrong, without reading a trace', async () => {
    const { code, stdout, stderr } = await test('scoring:\n  - name: a\n    scorers: [x]', 'no-such-file');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('rules.yaml:3:15: scoring.0.scorers.0: must look like');
  });

  it('takes options with --set', async () => {
    const { stdout } = await test(RULES, RECORDING, '--set', 'weave.project=acme/mine', '--set', 'map.keep=llm');
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ project: 'acme/mine' });
  });

  it('says so where there are no rules', async () => {
    const { code, stdout, stderr } = await test('weave: {project: acme/bots}', RECORDING);
    expect([code, stdout, stderr]).toEqual([0, '', 'There are no rules in rules.yaml.\n']);
  });

  it('needs rules', async () => {
    expect((await runInProcess(['rules', 'test'])).code).toBe(2);
  });
});
