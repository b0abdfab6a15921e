import { describe, expect, it } from '@jest/globals';
import { isHex, isNoId, joiningId, problemWithIds, problemWithTextIds } from '../../src/decode/ids.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const NO_SPAN = '0000000000000000';

describe('the ids of a span', () => {
  it.each([
    ['all there', TRACE, SPAN, 'aaaaaaaaaaaaaaaa', undefined],
    ['no parent', TRACE, SPAN, '', undefined],
    ['a parent of zeros, which is none', TRACE, SPAN, NO_SPAN, undefined],
    ['zeros in front', `00${TRACE.slice(2)}`, `00${SPAN.slice(2)}`, '', undefined],
    ['no trace id', '', SPAN, '', 'trace id is missing'],
    ['a trace id of zeros', NO_SPAN + NO_SPAN, SPAN, '', 'trace id is all zero'],
    ['a short trace id', TRACE.slice(2), SPAN, '', 'trace id has 30 hex digits instead of 32'],
    ['a long trace id', `${TRACE}00`, SPAN, '', 'trace id has 34 hex digits instead of 32'],
    ['no span id', TRACE, '', '', 'span id is missing'],
    ['a span id of zeros', TRACE, NO_SPAN, '', 'span id is all zero'],
    ['a trace id as span id', TRACE, TRACE, '', 'span id has 32 hex digits instead of 16'],
    ['a short parent', TRACE, SPAN, 'ab', 'parent span id has 2 hex digits instead of 16'],
  ])('with %s', (_what, traceId, spanId, parentSpanId, problem) => {
    expect(problemWithIds(traceId, spanId, parentSpanId)).toBe(problem);
    expect(problemWithTextIds(traceId, spanId, parentSpanId)).toBe(problem);
  });

  it.each([
    ['trace id', 'g'.repeat(32), SPAN, ''],
    ['span id', TRACE, 'CvdlGRbNQ90=', ''],
    ['parent span id', TRACE, SPAN, 'xxxxxxxxxxxxxxxx'],
  ])('are a problem where the %s is not hex', (_what, traceId, spanId, parentSpanId) => {
    expect(problemWithTextIds(traceId, spanId, parentSpanId)).toMatch(/not hexadecimal/);
  });
});

describe('an id', () => {
  it.each([
    ['', true],
    ['0', true],
    [NO_SPAN, true],
    ['0a', false],
    ['a0', false],
  ])('%j is none: %j', (id, none) => {
    expect(isNoId(id)).toBe(none);
  });

  it.each([
    ['', true],
    ['09af', true],
    ['0g', false],
    ['0A', false],
  ])('%j is lower-case hex: %j', (id, hex) => {
    expect(isHex(id)).toBe(hex);
  });

  it.each([
    [SPAN, SPAN],
    ['', ''],
    [NO_SPAN, ''],
    [TRACE, ''],
    ['gggggggggggggggg', ''],
  ])('%j joins a record to the span %j', (id, joined) => {
    expect(joiningId(id, 16)).toBe(joined);
  });
});
