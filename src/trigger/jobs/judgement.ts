import { isRecord } from '../http/server-error.ts';

/** What a judge's answer comes to. */
export interface Judgement {
  /** The answer as JSON where it is or holds some, else the text itself. */
  readonly output: unknown;
  readonly score?: number;
  readonly label?: string;
  readonly reason?: string;
  /** The whole text where the JSON had to be searched in it. */
  readonly raw?: string;
}

/** Places in which JSON is searched, in texts of so many characters: a judge says less. */
const MAX_TRIES = 50;
const MAX_SEARCHED_CHARS = 100_000;
const SCORES = ['score', 'rating', 'value', 'grade', 'passed', 'pass'];
const LABELS = ['label', 'verdict', 'category', 'class', 'choice', 'result'];
const REASONS = ['reason', 'reasoning', 'explanation', 'rationale', 'justification', 'comment'];

/** Reads score, label and reason from what a model said: JSON, JSON in a fence or amid prose, or a number alone. */
export function judgementOf(said: unknown): Judgement {
  if (typeof said !== 'string') return { output: said };
  const text = said.trim();
  const whole = parse(text) ?? parse(withinFence(text));
  const output = whole ?? jsonWithin(text);
  if (output === undefined) return { output: text };
  return { output, ...partsOf(output), ...(whole === undefined && { raw: text }) };
}

/** What stands in a fence, where that is the whole text: "```json", JSON, "```". Empty for any other. */
function withinFence(text: string): string {
  if (text.length < 6 || !text.startsWith('```') || !text.endsWith('```')) return '';
  return text.slice(3, -3).replace(/^\w{0,20}/, '');
}

function partsOf(output: unknown): Omit<Judgement, 'output'> {
  if (typeof output === 'number') return { score: output };
  // A list of one judgement is that judgement.
  if (Array.isArray(output)) return output.length === 1 && isRecord(output[0]) ? partsOf(output[0]) : {};
  if (!isRecord(output)) return {};
  const score = firstOf(output, SCORES, numberOf);
  const label = firstOf(output, LABELS, textOf);
  const reason = firstOf(output, REASONS, textOf);
  return {
    ...(score !== undefined && { score }),
    ...(label !== undefined && { label }),
    ...(reason !== undefined && { reason }),
  };
}

function firstOf<T>(
  output: Readonly<Record<string, unknown>>,
  names: readonly string[],
  read: (value: unknown) => T | undefined,
) {
  for (const name of names) {
    const found = read(output[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The first object in a text that parses; the end is looked for from behind. */
function jsonWithin(text: string): unknown {
  if (text.length > MAX_SEARCHED_CHARS) return undefined;
  let tries = 0;
  for (let start = text.indexOf('{'); start >= 0 && tries < MAX_TRIES; start = text.indexOf('{', start + 1)) {
    for (let end = text.lastIndexOf('}'); end > start && tries < MAX_TRIES; end = text.lastIndexOf('}', end - 1)) {
      tries += 1;
      const found = parse(text.slice(start, end + 1));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Undefined for what is no JSON, and for JSON that is only a text or null: then the text stays as it is. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || value === null ? undefined : value;
  } catch {
    return undefined;
  }
}
