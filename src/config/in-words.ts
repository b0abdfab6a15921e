import { z } from 'zod';
import { didYouMean } from './nearest.ts';

/** How zod is to tell, of a member of a list, what its own words tell badly. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  const isMissing = issue.input === undefined && ['invalid_type', 'invalid_union'].includes(issue.code);
  if (isMissing) return 'missing';
  if (issue.code !== 'unrecognized_keys') return undefined;
  const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
  return issue.keys.map((key) => `has no ${key}${didYouMean(key, known)}`).join('; ');
};
