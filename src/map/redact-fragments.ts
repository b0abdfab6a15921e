import { pathTo } from './redact-keys.ts';

/**
 * JSON that is not alone: in the midst of prose, an object a line, cut off by a limit on the length of attributes,
 * or nested too deeply to be parsed. It is gone through sign by sign, without recursion, and only values that have to be
 * replaced are written anew: everything else stays letter for letter.
 */
export interface FragmentRules {
  /** Asked of every member of an object, before it is looked into: what it is replaced by, as JSON text, or undefined. */
  whole(path: string, isString: boolean): string | undefined;
  /** Asked of every string that is not replaced as a whole. `said` has its escapes undone, where it had any. */
  string(path: string, said: string, hadEscapes: boolean): string | undefined;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Frame {
  readonly path: string;
  readonly isObject: boolean;
  readonly start: number;
  /** Set where the whole of it is replaced: then nothing in it is looked at. */
  readonly replacement: string | undefined;
  index: number;
}

/** A bracket that turns out to begin no JSON is tried again one sign further, until this many times the text was read. */
const MAX_REPEATS = 4;
const OTHER_VALUE = /(?:-?\d[\d.eE+-]*|true|false|null)(?!\w)/y;

/** The text with what the rules say replaced in every piece of JSON in it. `path` is that of the text. */
export function redactFragments(text: string, path: string, rules: FragmentRules): string {
  const edits: Edit[] = [];
  let read = 0;
  for (let at = nextBracket(text, 0); at < text.length; ) {
    const { end, isJson } = readFragment(text, at, path, rules, edits);
    read += end - at;
    at = nextBracket(text, isJson || read > MAX_REPEATS * text.length ? Math.max(end, at + 1) : at + 1);
  }
  return edits.length === 0 ? text : edited(text, edits);
}

/** Reads from a bracket on: to its partner, to the end of a text that was cut off, or to where it is no JSON any more. */
function readFragment(text: string, from: number, path: string, rules: FragmentRules, edits: Edit[]) {
  const frames: Frame[] = [];
  let replaced: Frame | undefined;
  let at = from;

  /** Nothing is known of what follows: what was to be replaced is, to the end of the text. */
  function stop(isJson: boolean) {
    if (replaced?.replacement === undefined) return { end: at, isJson };
    edits.push({ start: replaced.start, end: text.length, text: replaced.replacement });
    return { end: text.length, isJson: true };
  }

  function open(valuePath: string, isObject: boolean): void {
    const replacement = !replaced && frames.at(-1)?.isObject ? rules.whole(valuePath, false) : undefined;
    const frame = { path: valuePath, isObject, start: at, replacement, index: 0 };
    if (replacement !== undefined) replaced = frame;
    frames.push(frame);
    at += 1;
  }

  function close(): void {
    const frame = frames.pop();
    at += 1;
    if (frame === undefined || frame !== replaced) return;
    edits.push({ start: frame.start, end: at, text: frame.replacement ?? '' });
    replaced = undefined;
  }

  function leaf(valuePath: string, end: number, isString: boolean): void {
    const start = at;
    at = end;
    if (replaced) return;
    const whole = frames.at(-1)?.isObject ? rules.whole(valuePath, isString) : undefined;
    const said = isString && whole === undefined ? decoded(text.slice(start, end)) : undefined;
    const change = said ? rules.string(valuePath, said.text, said.hadEscapes) : whole;
    if (change !== undefined) edits.push({ start, end, text: change });
  }

  open(path, text[at] === '{');
  for (let isAfterValue = false; ; ) {
    at = behindSpace(text, at);
    if (at >= text.length) return stop(true);
    const frame = frames.at(-1);
    if (frame === undefined) return stop(true);
    const sign = text[at];
    if (sign === (frame.isObject ? '}' : ']')) {
      close();
      isAfterValue = true;
      if (frames.length === 0) return stop(true);
      continue;
    }
    if (isAfterValue) {
      if (sign !== ',') return stop(false);
      at += 1;
      frame.index += 1;
      isAfterValue = false;
      continue;
    }
    let name = String(frame.index);
    if (frame.isObject) {
      if (sign !== '"') return stop(false);
      const end = endOfString(text, at);
      name = decoded(text.slice(at, end)).text;
      at = behindSpace(text, end);
      if (at < text.length && text[at] !== ':') return stop(false);
      at = behindSpace(text, at + 1);
      if (at >= text.length) return stop(true);
    }
    const valuePath = pathTo(frame.path, name);
    const first = text[at];
    if (first === '{' || first === '[') {
      open(valuePath, first === '{');
      continue;
    }
    OTHER_VALUE.lastIndex = at;
    const end = first === '"' ? endOfString(text, at) : OTHER_VALUE.test(text) ? OTHER_VALUE.lastIndex : -1;
    if (end === -1) return stop(false);
    leaf(valuePath, end, first === '"');
    isAfterValue = true;
  }
}

function nextBracket(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) return at;
  }
  return text.length;
}

function behindSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** Where a string ends, its second quote included; the end of the text where that was cut off. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = end;
    while (text[escapes - 1] === '\\') escapes--;
    if ((end - escapes) % 2 === 0) return end + 1;
  }
  return text.length;
}

/** What a string says; of one that was cut off, what is left of it. */
function decoded(written: string): { readonly text: string; readonly hadEscapes: boolean } {
  const isWhole = written.length > 1 && written.endsWith('"');
  const inner = written.slice(1, isWhole ? -1 : undefined);
  if (!inner.includes('\\')) return { text: inner, hadEscapes: false };
  try {
    return { text: JSON.parse(`"${inner.replace(/\\(u[0-9a-f]{0,3})?$/i, '')}"`), hadEscapes: true };
  } catch {
    return { text: inner, hadEscapes: true }; // escapes that JSON does not know
  }
}

/** Attempts that began at several brackets may have found the same value more than once. */
function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const { start, end, text: change } of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < copied) continue;
    result += text.slice(copied, start) + change;
    copied = end;
  }
  return result + text.slice(copied);
}
