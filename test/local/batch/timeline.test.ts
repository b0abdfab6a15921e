import { describe, expect, it } from '@jest/globals';
import type { BatchBehaviour } from '../../../src/local/batch/behaviour.ts';
import { momentOf } from '../../../src/local/batch/timeline.ts';

const STEP = 1000;

function statuses(batches: BatchBehaviour['batches'], more: { cancellingMs?: number; isValid?: boolean } = {}) {
  const age = { createdMs: 0, cancellingMs: null, isValid: true, how: { batches, batchStepMs: STEP }, ...more };
  return [0, 1, 2, 3, 4, 9].map((step) => momentOf(age, step * STEP).status);
}

describe('the timeline of a batch', () => {
  it.each<[BatchBehaviour['batches'], readonly string[]]>([
    ['complete', ['validating', 'in_progress', 'in_progress', 'finalizing', 'completed', 'completed']],
    ['fail', ['validating', 'failed', 'failed', 'failed', 'failed', 'failed']],
    ['expire', ['validating', 'in_progress', 'in_progress', 'expired', 'expired', 'expired']],
    ['never_end', ['validating', 'in_progress', 'in_progress', 'in_progress', 'in_progress', 'in_progress']],
  ])('%s', (batches, expected) => {
    expect(statuses(batches)).toEqual(expected);
  });

  it('ends at once for a bad file, and soon after somebody cancels', () => {
    expect(statuses('complete', { isValid: false })[1]).toBe('failed');
    expect(statuses('complete', { cancellingMs: 1500 })).toEqual([
      'validating',
      'in_progress',
      'cancelling',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  it('is half done half way, and knows when it reached what', () => {
    const age = {
      createdMs: 5,
      cancellingMs: null,
      isValid: true,
      how: { batches: 'complete', batchStepMs: STEP },
    } as const;
    expect(momentOf(age, 5 + 2 * STEP)).toEqual({
      status: 'in_progress',
      reached: { validating: 5, in_progress: 1005 },
      done: 0.5,
    });
  });
});
