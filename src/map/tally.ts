import type { Counters } from '../core/counters.ts';
import type { Usage } from './usage.ts';

/** Counts what the mapping has to answer for. */
export interface Tally {
  /** Tokens that a span states: counted in its call, or left out since another one counts them. */
  tokens(usage: Usage, isCounted: boolean): void;
  /** A call larger than Weave stores. */
  shortened(): void;
}

export function createTally(counters: Counters): Tally {
  const of = (direction: 'input' | 'output', outcome: 'counted' | 'left_out') =>
    counters.of('processor_tokens', { direction, outcome });
  const counted = { input: of('input', 'counted'), output: of('output', 'counted') };
  const leftOut = { input: of('input', 'left_out'), output: of('output', 'left_out') };
  const shortened = counters.of('processor_shortened_calls', {});

  return {
    tokens({ inputTokens, outputTokens }, isCounted) {
      const { input, output } = isCounted ? counted : leftOut;
      input(inputTokens);
      output(outputTokens);
    },
    shortened: () => shortened(1),
  };
}
