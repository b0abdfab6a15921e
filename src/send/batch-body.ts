import type { Call } from '../core/call.ts';

const HEAD = Buffer.from('{"batch":[');
const COMMA = 0x2c;
const TAIL = Buffer.from(']}');

/** Body bytes of a batch without its calls. Each call adds its own length, and from the second on a comma. */
export const ENVELOPE_BYTES = HEAD.length + TAIL.length;

/** The body of `calls/complete` for calls of one project: `{"batch":[…]}`. */
export function batchBody(calls: readonly Call[]): Buffer {
  let bytes = ENVELOPE_BYTES + Math.max(0, calls.length - 1);
  for (const call of calls) bytes += call.json.length;

  const body = Buffer.allocUnsafe(bytes);
  let at = HEAD.copy(body);
  for (const [index, call] of calls.entries()) {
    if (index > 0) at = body.writeUInt8(COMMA, at);
    at += call.json.copy(body, at);
  }
  TAIL.copy(body, at);
  return body;
}
