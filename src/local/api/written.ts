import { json, type Reply, reason } from '../http/reply.ts';
import type { WriteOutcome } from '../store/write-calls.ts';

/** The one place where the outcome of a write becomes an answer. */
export function written(outcome: WriteOutcome, success: unknown = {}): Reply {
  switch (outcome.status) {
    case 'written':
      return json(success);
    case 'too_large':
      return reason(413, `Call ${outcome.id} is too large even without its inputs, output and attributes`);
    case 'complete_mode':
      return MODE_REQUIRED;
    case 'not_found':
      return reason(404, 'The call that should end was never started');
  }
}

/** What Weave answers to a legacy write where only complete calls are allowed. */
export const MODE_REQUIRED = json(
  {
    reason: "The project is in 'complete' mode: upgrade the Weave SDK to >= 0.52.26",
    error_code: 'CALLS_COMPLETE_MODE_REQUIRED',
  },
  400,
);
