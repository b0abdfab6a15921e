import { describe, expect, it } from '@jest/globals';
import { lacksContent } from '../../src/map/lacks-content.ts';
import type { Reading } from '../../src/map/reading.ts';
import { viewOf } from '../../src/map/span-view.ts';
import { type SpanSpec, spanOf } from '../support/spans.ts';

const CLAUDE = 'com.anthropic.claude_code.tracing';
const FAILED = { code: 2 };
const claude = (type: string): SpanSpec => ({ scope: CLAUDE, attributes: { 'span.type': type } });
const messages = [{ role: 'user', content: 'Hi?' }] as unknown as Reading['messages'];
const choices = [{ index: 0 }] as unknown as Reading['choices'];

describe('a span whose content may be in log records', () => {
  it.each<[string, SpanSpec, Partial<Reading>, boolean]>([
    ['a model call that says nothing', {}, { kind: 'llm' }, true],
    ['a model call without its answer', {}, { kind: 'llm', messages }, true],
    ['a model call with its answer', {}, { kind: 'llm', choices }, false],
    ['a model call with an output of another shape', {}, { kind: 'llm', output: 'Hi!' }, false],
    ['a failed model call that says nothing', { status: FAILED }, { kind: 'llm' }, true],
    ['a failed model call that says what was asked', { status: FAILED }, { kind: 'llm', messages }, false],
    ['a failed model call whose request is of another shape', { status: FAILED }, { kind: 'llm', input: {} }, false],
    ['a model call that its convention calls failed', {}, { kind: 'llm', messages, failure: 'no' }, false],
    ['an embedding', {}, { kind: 'embedding' }, false],
    ['any agent', {}, { kind: 'agent' }, false],
    ["Claude Code's interaction", claude('interaction'), { kind: 'agent', messages }, true],
    ["Claude Code's tool without what it was asked", claude('tool'), { kind: 'tool', toolResult: 'ok' }, true],
    ['the same, in older releases', claude('claude_code.tool'), { kind: 'tool' }, true],
    ["Claude Code's tool that says it", claude('tool'), { kind: 'tool', toolArguments: { city: 'Paris' } }, false],
    ["the run of Claude Code's tool", claude('tool.execution'), { kind: 'task' }, false],
    ['any tool', {}, { kind: 'tool' }, false],
  ])('%s', (_what, spec, reading, expected) => {
    expect(lacksContent({ reading, view: viewOf(spanOf(spec)) })).toBe(expected);
  });
});
