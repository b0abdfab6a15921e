import type { FaultRule } from '../../src/local/faults.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weave.ts';

export const CALM: Weather = { rules: [], resets: 0, stuck: false };

/** One after the other a request meets the first that hits it: together about a third of the requests. 413 comes by itself, of what is too large. */
const MIXED: readonly FaultRule[] = [
  { status: 401, probability: 0.03 },
  { status: 429, probability: 0.05, retryAfter: 0.2 },
  { status: 500, probability: 0.05 },
  { status: 503, probability: 0.05, retryAfter: 0.1 },
  { status: 502, probability: 0.02, body: '<html>Bad Gateway</html>' },
  { status: 400, probability: 0.02, body: '<html>Bad Request</html>' },
  { status: 200, probability: 0.02, body: '<html>Sign in</html>' },
  { cut: 'before', probability: 0.03 },
  { cut: 'after-commit', probability: 0.05 },
  { cut: 'half-body', probability: 0.03 },
  { hang: true, probability: 0.01 },
];

const OUTAGES: readonly [FaultRule, ...FaultRule[]] = [
  { status: 503 },
  { status: 500 },
  { status: 401 },
  { status: 429, retryAfter: 0.3 },
  { cut: 'before' },
  { cut: 'after-commit' },
  { hang: true },
];

/** The weather of the next moments. */
export function forecast(dice: Dice): Weather {
  const roll = dice.roll();
  if (roll < 0.15) return { rules: [], resets: 0, stuck: true };
  if (roll < 0.35) return { rules: [dice.pick(OUTAGES)], resets: 0, stuck: true };
  return { rules: MIXED, resets: 0.05, stuck: true };
}
