import type { Detail } from '../bodies/detail.ts';

/** What a handler answers: a body at once, or one that is made and written piece by piece. */
export type Reply = TextReply | StreamReply;

interface ReplyHead {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface TextReply extends ReplyHead {
  readonly body: string;
}
export interface StreamReply extends ReplyHead {
  readonly pieces: Iterable<string>;
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): TextReply {
  return { status, type: 'application/json', headers, body: JSON.stringify(value) };
}

/** An error of Weave's own: `{"reason": …}`. */
export function reason(status: number, text: string): TextReply {
  return json({ reason: text }, status);
}

/** An error of the web framework before Weave: `{"detail": …}`. */
export function detail(
  status: number,
  value: string | readonly Detail[],
  headers?: Readonly<Record<string, string>>,
): TextReply {
  return json({ detail: value }, status, headers);
}

/** An error of an OpenAI-compatible API: `{"error": …}`. */
export function envelope(status: number, type: string, message: string, param: string | null = null): TextReply {
  return json({ error: { message, type, param, code: null } }, status);
}

export const NOT_FOUND = detail(404, 'Not Found');
export const TOO_LARGE = reason(413, 'Request too large');
