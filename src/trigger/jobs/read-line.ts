import { isRecord, parsedJson, serverError } from '../http/server-error.ts';
import type { LineResult } from '../store/items.ts';

export interface ReadLine {
  readonly customId: string;
  readonly result: LineResult;
}

/** Ends that say nothing about the request itself. */
const NOT_RUN = new Set(['batch_expired', 'batch_cancelled', 'rate_limit_exceeded', 'server_error']);

/**
 * Reads a line of an output or error file. Both have the same form, and either may hold a failure:
 * `{custom_id, response: {status_code, body} | null, error: {code, message} | null}`. Undefined for what names no request.
 */
export function readLine(line: string): ReadLine | undefined {
  const value = parsedJson(line.replace(/^\ufeff/, ''));
  if (!isRecord(value) || typeof value['custom_id'] !== 'string') return undefined;
  return { customId: value['custom_id'], result: resultOf(value) };
}

function resultOf({ response, error }: Readonly<Record<string, unknown>>): LineResult {
  if (isRecord(error)) {
    const again = NOT_RUN.has(String(error['code']));
    return { status: 'failed', reason: serverError(textOf({ error }) ?? '') ?? 'failed', again };
  }
  if (!isRecord(response)) return { status: 'failed', reason: 'the line has neither response nor error', again: true };
  const { status_code: status, body } = response;
  const httpStatus = typeof status === 'number' ? status : 200;
  if (httpStatus < 400 && isRecord(body)) {
    const answer = textOf(body);
    if (answer === undefined) return { status: 'failed', reason: 'the answer is nested too deep', again: false };
    return { status: 'answered', answer, tokens: tokensOf(body) };
  }
  const said = serverError(textOf(body ?? null) ?? '');
  const reason = said === undefined ? `HTTP ${httpStatus}` : `HTTP ${httpStatus}: ${said}`;
  return { status: 'failed', reason, again: httpStatus >= 500 || httpStatus === 408 || httpStatus === 429 };
}

/** JSON can be read at any depth, but not written. */
function textOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined;
  }
}

function tokensOf({ usage }: Readonly<Record<string, unknown>>): number {
  if (!isRecord(usage)) return 0;
  const count = (name: string) => (typeof usage[name] === 'number' ? Math.max(0, Math.round(usage[name])) : 0);
  const input = count('prompt_tokens') || count('input_tokens');
  const output = count('completion_tokens') || count('output_tokens');
  return count('total_tokens') || input + output;
}
