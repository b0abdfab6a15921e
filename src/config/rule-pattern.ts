import { messageOf } from '../core/errors.ts';
import { MAX_MATCHED_CHARS } from '../core/rule.ts';

const MAX_PATTERN_CHARS = 500;
/** What one text may cost in the worst case: a tenth of a second, about. Whoever sends calls can send many such texts. */
const MAX_TRIES = 1e8;

export type ReadPattern =
  | { readonly status: 'ok'; readonly pattern: RegExp }
  | { readonly status: 'bad'; readonly message: string };

/**
 * Reads `^chat` or, with flags, `/^chat/i`. A rule's pattern runs on texts that others write, and JavaScript matches
 * by trying: what could take for ever on some text is refused.
 */
export function readPattern(given: string): ReadPattern {
  if (given.length > MAX_PATTERN_CHARS) return bad(`is longer than ${MAX_PATTERN_CHARS} characters`);
  const [, source = given, flags = ''] = /^\/(.*)\/([imsu]*)$/s.exec(given) ?? [];
  try {
    const pattern = new RegExp(source, flags);
    const slow = slowPart(source);
    return slow === undefined
      ? { status: 'ok', pattern }
      : bad(`${slow}, which can take for ever on some texts; contains, starts_with and ends_with never do`);
  } catch (thrown) {
    return bad(messageOf(thrown));
  }
}

function slowPart(source: string): string | undefined {
  if (/\\[1-9k]/.test(source)) return 'refers back to a group';
  if (/\(\?<?[=!]/.test(source)) return 'looks ahead or behind';
  const plain = source
    .replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'x')
    .replace(/\(\?(:|<\w+>)/g, '(')
    .replace(/([*+?}])\?/g, '$1');
  if (repeatsWithinRepeat(plain)) return 'has a repetition within a repetition';
  return tries(plain) > MAX_TRIES ? 'has too many open repetitions' : undefined;
}

/** How many ways there are, at most, to fit the pattern on a text. */
function tries(plain: string): number {
  let product = /^\^[^|]*$/.test(plain) ? 1 : MAX_MATCHED_CHARS;
  for (const [part, from, comma, to] of plain.matchAll(/[*+?|]|\{(\d+)(,?)(\d*)\}/g)) {
    if (part === '?' || part === '|') product *= 2;
    else if (from === undefined || (comma && !to)) product *= MAX_MATCHED_CHARS;
    else if (comma) product *= Math.max(1, Number(to) - Number(from) + 1);
  }
  return product;
}

/** Whether a group that is repeated holds a repetition or a choice. */
function repeatsWithinRepeat(plain: string): boolean {
  let text = plain;
  for (;;) {
    const group = /\(([^()]*)\)([*+]|\{\d+(?:,\d*)?\})?/.exec(text);
    if (!group) return false;
    const [whole, inner = '', repeat] = group;
    const isSimple = !/[*+?|]|\{\d/.test(inner);
    if (repeat !== undefined && !isSimple) return true;
    text = text.replace(whole, () => (isSimple ? 'x' : 'x*'));
  }
}

function bad(message: string): ReadPattern {
  return { status: 'bad', message };
}
