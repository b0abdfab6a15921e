import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { explanationText } from '../../src/cli/explain-text.ts';
import { J } from '../support/spans.ts';
import { createBench } from './child.ts';
import { runInProcess } from './in-process.ts';

const RECORDING = join(import.meta.dirname, '../fixtures/corpus/oi-anthropic/001.json');

/** Its name takes a pattern that backtracks longer than anybody lives. */
const SPAN = {
  traceId: '1'.repeat(32),
  spanId: '1'.repeat(16),
  name: `${'a'.repeat(5000)}b`,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
};

describe('otel-weave explain', () => {
  it('prints a table for each span', async () => {
    const { code, stdout } = await runInProcess(['explain', RECORDING]);
    expect(code).toBe(0);
    expect(stdout).toContain('Anthropic Messages  add53c8f81e51666');
    expect(stdout).toContain('read as OpenInference [openinference], for its attribute openinference.span.kind');
    expect(stdout).toMatch(/inputs\.model +llm\.request\.model_name {2}\[openinference\]/);
    expect(stdout).toMatch(/inputs\.messages +llm\.input_messages\.N\.message\.role, /);
    expect(stdout.match(/^ {2}becomes /gm)).toHaveLength(15);
  });

  it('prints a JSON object a span with --json', async () => {
    const { code, stdout } = await runInProcess(['explain', '--json', RECORDING]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.length, lines[0].kind]).toEqual([0, 15, 'llm']);
  });

  it.each([
    ['after', ['001.pb', 'logs-1795160699366.pb']],
    ['before', ['logs-1795160699366.pb', '001.pb']],
  ])('takes log records into account that come %s their spans', async (_when, names) => {
    const files = names.map((name) => join(import.meta.dirname, '../fixtures/corpus/otel-openai', name));
    const { code, stdout } = await runInProcess(['explain', ...files]);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}becomes /gm)).toHaveLength(12);
    expect(stdout).toMatch(/output\.choices +log record gen_ai\.choice {2}\[gen_ai\]/);
    expect(stdout).not.toContain('none of these files');
  });

  it.each([
    ['is no OTLP', 'bad', 1, 'Not everything is OTLP: 1 record not read.'],
    ['has no spans', '{"name":"a package"}', 0, 'There is no span in it.'],
  ])('says so where a file %s', async (_what, stdin, expected, said) => {
    const bench = createBench();
    const { code, stdout, stderr } = await bench.run(['explain', '-'], { stdin });
    await bench.close();
    expect([code, stdout, stderr]).toEqual([expected, '', expect.stringContaining(said)]);
    expect(stderr).not.toContain('sent');
  });

  it('comes to an end, whatever patterns are given', async () => {
    const bench = createBench();
    const text = J({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] });
    const redact = `map.redact=${J([{ value: '(a+)+$', replace: 'x' }])}`;
    const { code, stdout } = await bench.run(['explain', '--set', redact, '-'], { stdin: text });
    await bench.close();
    expect([code, stdout]).toEqual([0, expect.stringContaining('1111111111111111')]);
  });

  it('says which file it cannot read', async () => {
    const { code, stderr } = await runInProcess(['explain', 'no-such-file.json']);
    expect(code).toBe(1);
    expect(stderr).toContain('no-such-file.json');
  });

  it('lets no name of a span reach the terminal as a control character', () => {
    const hostile = 'a\u001b[31mb\nc\u009b';
    const text = explanationText({
      span: hostile,
      traceId: '',
      spanId: '1',
      scope: hostile,
      opName: hostile,
      kind: undefined,
      conventions: [{ name: 'x', title: hostile, because: hostile }],
      fields: [{ callField: 'inputs', convention: 'x', from: [hostile] }],
      passedOver: [hostile],
      leftOver: [hostile],
      lacksContent: false,
      notes: [hostile],
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
