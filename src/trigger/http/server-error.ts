/** Characters kept of what a server says about an error: enough to act on, too little to carry a payload. */
export const MAX_SERVER_ERROR_CHARS = 500;
const MAX_ERRORS = 5;

type Json = Readonly<Record<string, unknown>>;

/**
 * What the body of an error answer says, on one line. Three forms are known: `{"error":{message, type, param, code}}` of
 * OpenAI-compatible APIs, `{"detail":[{loc, msg}]}` of FastAPI, and Weave's `{"reason": …}`. Undefined for any other body.
 */
export function serverError(body: string): string | undefined {
  const text = textOf(parsedJson(body))?.replace(/\s+/g, ' ').trim();
  if (!text) return undefined;
  return text.length > MAX_SERVER_ERROR_CHARS ? `${text.slice(0, MAX_SERVER_ERROR_CHARS - 1)}…` : text;
}

/** The body as JSON, undefined where it is none. */
export function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { error, detail, reason } = body;
  if (isRecord(error)) return envelope(error);
  if (Array.isArray(detail)) return detail.slice(0, MAX_ERRORS).filter(isRecord).map(validation).join('; ');
  return [error, detail, reason].find((text) => typeof text === 'string');
}

/** `no file with id file-x (not_found_error, input_file_id)` */
function envelope({ message, type, param, code }: Json): string {
  const marks = [type, code, param].filter((mark) => typeof mark === 'string' && mark !== '');
  return marks.length > 0 ? `${String(message)} (${marks.join(', ')})` : String(message);
}

/** `query.limit: must be at most 100`. The `input` that FastAPI repeats is payload and left out. */
function validation({ loc, msg }: Json): string {
  return `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`;
}
