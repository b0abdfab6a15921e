/** Scorers that the local Weave has by itself: what a scorer's ref names says which; any other name gets a made-up score. */
import { shareOf } from './batch/echo-model.ts';
import type { CallRow } from './store/rows.ts';

const SCORERS: Readonly<Record<string, (call: CallRow) => unknown>> = {
  answered: ({ output }) => ({ passed: output !== null && output !== '""' && output !== '{}' }),
  no_error: ({ exception }) => ({ passed: exception === null }),
  output_length: ({ output }) => ({ characters: output?.length ?? 0 }),
};

const REF = /^weave:\/\/\/[^/]+\/[^/]+\/object\/([^/:]+):[^/:]+$/;

/** The name in a scorer's ref; undefined for what is none. */
export function scorerOf(ref: string): string | undefined {
  return REF.exec(ref)?.[1];
}

/** The `output` of the scorer's feedback. */
export function scoreCall(scorer: string, call: CallRow): unknown {
  const own = Object.hasOwn(SCORERS, scorer) ? SCORERS[scorer] : undefined;
  return own ? own(call) : { score: shareOf(`${scorer} ${call.id}`) };
}
