/** All matches, whatever flags the pattern was written with. */
export const everywhere = (pattern: RegExp) => new RegExp(pattern.source, `${flagsOf(pattern)}g`);
/** A pattern with `g` or `y` remembers where it matched last. */
export const stateless = (pattern: RegExp) => new RegExp(pattern.source, flagsOf(pattern));
const flagsOf = (pattern: RegExp) => pattern.flags.replace(/[gy]/g, '');

interface Replacing {
  readonly pattern: RegExp | undefined;
  readonly replacement: string;
}

/** Rules without a pattern replace no matches, but whole values. */
export function matchesReplaced(text: string, rules: readonly Replacing[]): string {
  let result = text;
  for (const { pattern, replacement } of rules) if (pattern) result = result.replace(pattern, replacement);
  // a pattern may have taken half of a surrogate pair
  return result === text ? text : result.toWellFormed();
}
