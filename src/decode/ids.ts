const HEX = /^[0-9a-f]*$/;

/**
 * Why a span can be no call, or undefined if its ids allow it.
 * Ids are lower-case hex as the sender had them; empty where it left them out.
 */
export function problemWithIds(traceId: string, spanId: string, parentSpanId: string): string | undefined {
  return (
    problemWithId('trace id', traceId, 32) ??
    problemWithId('span id', spanId, 16) ??
    (isNoId(parentSpanId) ? undefined : problemWithId('parent span id', parentSpanId, 16))
  );
}

/** The same for ids that came as text, which need not be hex. */
export function problemWithTextIds(traceId: string, spanId: string, parentSpanId: string): string | undefined {
  if (!isHex(traceId + spanId + parentSpanId)) return 'an id is not hexadecimal (base64 is not allowed here)';
  return problemWithIds(traceId, spanId, parentSpanId);
}

export function isHex(lowerCase: string): boolean {
  return HEX.test(lowerCase);
}

/** Empty and all zero both mean that there is none. */
export function isNoId(id: string): boolean {
  return id === '' || (id.startsWith('0') && /^0+$/.test(id));
}

/** An id that may join a record to a span; empty where no span can have it. */
export function joiningId(lowerCase: string, length: number): string {
  return lowerCase.length === length && isHex(lowerCase) && !isNoId(lowerCase) ? lowerCase : '';
}

function problemWithId(what: string, id: string, length: number): string | undefined {
  if (id === '') return `${what} is missing`;
  if (isNoId(id)) return `${what} is all zero`;
  return id.length === length ? undefined : `${what} has ${id.length} hex digits instead of ${length}`;
}
