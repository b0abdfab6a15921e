/** Characters kept of what a server says about an error: enough to act on, too little to carry a payload. */
export const MAX_SERVER_MESSAGE_CHARS = 500;

const KEYS = ['message', 'error', 'detail', 'reason'];

/**
 * What the body of an error answer says, on one line. The keys are tried in the order of Weave's own SDKs;
 * a list is FastAPI's form of validation errors. Undefined for a body that is not JSON or says nothing.
 */
export function serverMessage(body: string): string | undefined {
  const text = messageIn(parsed(body))?.replace(/\s+/g, ' ').trim();
  if (!text) return undefined;
  return text.length > MAX_SERVER_MESSAGE_CHARS ? `${text.slice(0, MAX_SERVER_MESSAGE_CHARS - 1)}…` : text;
}

/** The body as JSON, undefined where it is none. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function messageIn(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  for (const key of KEYS) {
    const found = value[key];
    if (typeof found === 'string' && found !== '') return found;
    if (Array.isArray(found) && found.length > 0) return validationErrors(found);
    if (isRecord(found) && typeof found['message'] === 'string') return found['message'];
  }
  return undefined;
}

/** `body.batch.0.id: Field required; …`. The `input` that FastAPI repeats is payload and left out. */
function validationErrors(errors: readonly unknown[]): string {
  return errors
    .slice(0, 5)
    .filter(isRecord)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    .join('; ');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
