/** All matches, whatever flags the pattern was written with. */
export const everywhere = (pattern: RegExp) => new RegExp(pattern.source, `${flagsOf(pattern)}g`);
/** A pattern with `g` or `y` remembers where it matched last. */
export const stateless = (pattern: RegExp) => new RegExp(pattern.source, flagsOf(pattern));
const flagsOf = (pattern: RegExp) => pattern.flags.replace(/[gy]/g, '');

/** Matches in texts, and what they are replaced by. */
export interface ValueRule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Of rules for a key those that replace matches, not whole values. */
export function patternsOf(
  rules: readonly { readonly pattern: RegExp | undefined; readonly replacement: string }[],
): readonly ValueRule[] {
  return rules.flatMap(({ pattern, replacement }) => (pattern ? [{ pattern, replacement }] : []));
}

export function matchesReplaced(text: string, rules: readonly ValueRule[]): string {
  let result = text;
  for (const { pattern, replacement } of rules) result = result.replace(pattern, replacement);
  // a pattern may have taken half of a surrogate pair
  return result === text ? text : result.toWellFormed();
}
