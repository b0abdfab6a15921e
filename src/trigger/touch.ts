import type { Call } from '../core/call.ts';

/** So many calls at a time. */
const CALLS = 16;
/** Behind the ids, with which a call begins. */
const FRONT_AT = 128;

/** Kept, lest the reads be left out as useless. */
let sum = 0;

/**
 * Before the call at `at` is read, from the last one to the first: reads a byte of each place where reading it and the next
 * ones begins. Their memory has gone cold since they were written, and a processor waits for many such reads hardly longer
 * than for one: a seventh of what rules cost for calls of some KB.
 */
export function touchAhead(calls: readonly Call[], at: number): void {
  if (at % CALLS !== CALLS - 1) return;
  for (let next = at; next > at - CALLS; next -= 1) {
    const call = calls[next];
    if (!call) continue;
    const { json, attributesAt = 0, summaryAt = 0 } = call;
    sum = (sum + (json[FRONT_AT] ?? 0) + (json[attributesAt] ?? 0) + (json[summaryAt] ?? 0)) | 0;
  }
}
