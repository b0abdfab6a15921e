import { describe, expect, it } from '@jest/globals';
import { createSuspects, MAX_FAILURES } from '../../src/send/suspects.ts';
import { project, sampleCalls } from './samples.ts';

const CALLS = sampleCalls(3);

/** Fails so often, each time in another trouble. */
function failing(times: number) {
  const suspects = createSuspects();
  for (let trouble = 1; trouble <= times; trouble += 1) suspects.failed(CALLS, trouble);
  return suspects;
}

describe('suspects', () => {
  it('are calls that have failed so often while others got through', () => {
    expect(failing(MAX_FAILURES - 1).has(CALLS)).toBe(false);
    expect(failing(MAX_FAILURES).has(CALLS)).toBe(true);
  });

  it('are not calls that fail while nothing gets through', () => {
    const suspects = createSuspects();
    for (let time = 0; time < 2 * MAX_FAILURES; time += 1) suspects.failed(CALLS, 1);
    expect(suspects.has(CALLS)).toBe(false);
  });

  it('are not any more once they were accepted, and never those of another project', () => {
    const suspects = failing(MAX_FAILURES);
    expect(suspects.has(sampleCalls(3, project('team/other')))).toBe(false);
    suspects.accepted(CALLS);
    expect(suspects.has(CALLS)).toBe(false);
  });

  it('are remembered up to a bound', () => {
    const suspects = failing(MAX_FAILURES);
    for (const call of sampleCalls(10_010).slice(1)) suspects.failed([call], 1);
    expect(suspects.has(CALLS)).toBe(false);
  });
});
