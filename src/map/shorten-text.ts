/** Room for the note in the middle, as JSON. */
const NOTE_BYTES = 90;
const QUOTES = 2;

export interface ShortText {
  readonly text: string;
  /** How many characters of the original are left. */
  readonly kept: number;
}

/** Beginning and end of a text with a note between them of how much is missing. As JSON it takes at most so many bytes. */
export function headAndTail(text: string, bytes: number): ShortText {
  const half = Math.max(0, Math.floor((bytes - NOTE_BYTES - QUOTES) / 2));
  const head = endOfHead(text, half);
  const tail = startOfTail(text, half, head);
  const missing = tail - head;
  const note = `\n… [${missing} characters left out by otel-weave-bridge] …\n`;
  return { text: text.slice(0, head) + note + text.slice(tail), kept: text.length - missing };
}

function endOfHead(text: string, bytes: number): number {
  let at = 0;
  for (let used = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    used += jsonBytes(code);
    if (used > bytes) break;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}

function startOfTail(text: string, bytes: number, head: number): number {
  let at = text.length;
  for (let used = 0; at > head; ) {
    const isPair = at - 2 >= head && (text.codePointAt(at - 2) ?? 0) > 0xffff;
    used += jsonBytes(isPair ? 0x10000 : text.charCodeAt(at - 1));
    if (used > bytes) break;
    at -= isPair ? 2 : 1;
  }
  return at;
}

/** How many bytes a character takes as JSON.stringify writes it. */
function jsonBytes(code: number): number {
  if (code < 0x20) return SHORT_ESCAPES.has(code) ? 2 : 6;
  if (code < 0x80) return code === 0x22 || code === 0x5c ? 2 : 1;
  if (code < 0x800) return 2;
  if (code > 0xffff) return 4;
  return code >= 0xd800 && code <= 0xdfff ? 6 : 3;
}

/** \b \t \n \f \r */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([8, 9, 10, 12, 13]);
