import { describe, expect, it } from '@jest/globals';
import { createSuspects, MAX_FAILURES } from '../../src/send/suspects.ts';
import { project, sampleCall, sampleCalls } from './samples.ts';

const FIRST = sampleCall(1);

/** Fails so often, each time in another trouble. */
function failing(times: number) {
  const suspects = createSuspects();
  for (let trouble = 1; trouble <= times; trouble += 1) suspects.failed(FIRST, trouble);
  return suspects;
}

describe('suspects', () => {
  it('are calls that have failed so often while others got through', () => {
    expect(failing(MAX_FAILURES - 1).has(FIRST)).toBe(false);
    expect(failing(MAX_FAILURES).has(FIRST)).toBe(true);
  });

  it('are not calls that fail while nothing gets through', () => {
    const suspects = createSuspects();
    for (let time = 0; time < 2 * MAX_FAILURES; time += 1) suspects.failed(FIRST, 1);
    expect(suspects.has(FIRST)).toBe(false);
  });

  it('are not any more once they were accepted, and never those of another project', () => {
    const suspects = failing(MAX_FAILURES);
    expect(suspects.has(sampleCall(1, project('team/other')))).toBe(false);
    suspects.ended(FIRST);
    expect(suspects.has(FIRST)).toBe(false);
  });

  it('are remembered up to a bound', () => {
    const suspects = failing(MAX_FAILURES);
    for (const call of sampleCalls(10_010).slice(1)) suspects.failed(call, 1);
    expect(suspects.has(FIRST)).toBe(false);
  });
});
