import type { Attributes, Span, Value } from '../core/span.ts';

/**
 * Halves of surrogate pairs. A text cut in the middle of an emoji ends in one, and a sender may write it into JSON as
 * `\ud83d`. Weave cannot store it: https://github.com/wandb/weave/pull/6731. The decoders hand on well-formed strings, so
 * only escapes in JSON that an attribute holds are left to be found.
 */

/** Whether a string of the span may be JSON in which half a pair is written as an escape. Cheap: every span is asked. */
export function mayHoldHalves({ attributes, events, links }: Span): boolean {
  if (anyMayHold(attributes)) return true;
  for (const event of events) if (anyMayHold(event.attributes)) return true;
  for (const link of links) if (anyMayHold(link.attributes)) return true;
  return false;
}

function anyMayHold(attributes: Attributes): boolean {
  for (const value of attributes.values()) if (mayHold(value)) return true;
  return false;
}

function mayHold(value: Value): boolean {
  if (typeof value === 'string') return beginsLikeJson(value) && value.includes('\\u') && HALF.test(value);
  if (value instanceof Map) return anyMayHold(value);
  return Array.isArray(value) && value.some(mayHold);
}

const HALF = /\\u[dD][89a-fA-F]/;

/** White space, a quote or a bracket. */
function beginsLikeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  return first <= 0x22 || first === 0x7b || first === 0x5b;
}

/** Every escape; that of a whole pair at once. */
const ESCAPES = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g;
/** As long as the half: places in the text stay what they are. */
const REPLACEMENT = '\\ufffd';

/** JSON in which every half is U+FFFD, as it is where such a text becomes UTF-8. */
export function withoutHalves(json: string): string {
  return json.replace(ESCAPES, (found) => (/^\\u[dD].{3}$/.test(found) ? REPLACEMENT : found));
}
