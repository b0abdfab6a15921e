/** The states that work on a call goes through. Each is on disk before the step that it announces is taken. */

/**
 *   waiting ─> sending ─┬─ taken ─────────────> sent ─> scored
 *      ^                ├─ answer lost ─> unclear ┘ │
 *      └────────────────┴─ no score came ───────────┘        failed: refused, or tried often enough
 */
export type ScoringState = 'waiting' | 'sending' | 'unclear' | 'sent' | 'scored' | 'failed';

/**
 *   collecting ─> sealed ─> uploaded ─> creating ─> submitted ─> ended ─> ingested ─> done
 *   takes items   are fixed  file id     may exist    batch id    files    answers     feedback
 *                                                     polled      to read  to write    written
 *
 * `held` waits for a person (`jobs resume`), from any state before `submitted`; `cancelled` was called off before it was sent.
 */
export type JobState =
  | 'collecting'
  | 'sealed'
  | 'uploaded'
  | 'creating'
  | 'submitted'
  | 'ended'
  | 'ingested'
  | 'done'
  | 'held'
  | 'cancelled';

/** `collected` is in a job that has brought no answer yet; `writing`: its feedback may be there already. */
export type ItemState = 'collected' | 'answered' | 'writing' | 'written' | 'failed';
