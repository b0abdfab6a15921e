import type { Convention } from '../rule.ts';
import { genAi } from './gen-ai.ts';
import { openInference } from './openinference.ts';
import { openLlmetry } from './openllmetry.ts';
import { vercelAi } from './vercel-ai.ts';
import { wandb } from './wandb.ts';

/**
 * Every convention, in order of precedence: for each field the first one that finds something wins.
 * What an app says to Weave directly comes first, then what one SDK says of itself, then the shared conventions.
 */
export const CONVENTIONS: readonly Convention[] = [wandb, vercelAi, genAi, openInference, openLlmetry];
