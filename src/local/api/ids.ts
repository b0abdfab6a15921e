import type { Clock } from '../../core/clock.ts';
import type { IdentifiedCall, StartedCall } from '../bodies/calls.ts';
import { uuidv7 } from '../uuid.ts';

/** Gives a call the ids that its client left out. */
export function withIds(call: StartedCall, clock: Clock): IdentifiedCall {
  return { ...call, id: call.id ?? uuidv7(clock), trace_id: call.trace_id ?? uuidv7(clock) };
}
