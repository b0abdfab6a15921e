/** What redaction has to know of JSON text beside what it says. */

/** The text that a JSON string says, where the source is one as a whole: some senders encode single texts, too. */
export function unquoted(source: string): string | undefined {
  if (!source.startsWith('"')) return undefined;
  try {
    const said: unknown = JSON.parse(source);
    return typeof said === 'string' ? said : undefined;
  } catch {
    return undefined; // a quotation
  }
}

/** Whether sound JSON says more than its data: of a name that an object has twice only the last member is read. */
export function hasHiddenMembers(json: string, data: unknown): boolean {
  return membersOf(data) < colonsOf(json);
}

function membersOf(data: unknown): number {
  if (typeof data !== 'object' || data === null || isRawNumber(data)) return 0;
  const values = Object.values(data);
  return values.reduce<number>((sum, one) => sum + membersOf(one), Array.isArray(data) ? 0 : values.length);
}

/** Colons outside of strings: one for each member. */
function colonsOf(json: string): number {
  let colons = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === COLON) colons += 1;
    else if (code === QUOTE) at = endOfString(json, at);
  }
  return colons;
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return json.length;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** The wrapper that keeps the digits of a large integer (see parseKeepingDigits). */
export const isRawNumber = (value: object): value is { readonly rawJSON: string } =>
  'rawJSON' in value && typeof value.rawJSON === 'string' && Object.isFrozen(value);
