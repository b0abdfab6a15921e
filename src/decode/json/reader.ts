/** A document that is JSON and not what was expected. `message` begins with the place. */
export class JsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonError';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = {};
const MAX_UINT32 = 2 ** 32 - 1;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads the values of a parsed document, checking the type of each. What is absent or null has its type's empty value.
 * It knows where in the document it is, so that a wrong value can be named.
 */
export class JsonReader {
  readonly #path: (string | number)[] = [];
  #rounded = false;
  #tooDeep = 0;

  /** Whether an integer that was read is beyond 2^53, where JSON.parse rounds. */
  get rounded(): boolean {
    return this.#rounded;
  }

  /** How many values were stepped over so far because they are nested too deeply. */
  get tooDeep(): number {
    return this.#tooDeep;
  }

  skipTooDeep(): void {
    this.#tooDeep += 1;
  }

  fail(name: string, expected: string, found: unknown, shown = typeName(found)): never {
    let place = '';
    for (const step of [...this.#path, name]) {
      if (typeof step === 'number') place += `[${step}]`;
      else if (step !== '') place += place === '' ? step : `.${step}`;
    }
    throw new JsonError(`${place || 'the document'}: ${expected} expected, found ${shown}`);
  }

  /** Reads an object with `read`; an absent one is an empty one. */
  object<T>(value: unknown, name: string, read: (object: JsonObject) => T): T {
    const object = this.#object(value, name);
    this.#path.push(name);
    const result = read(object);
    this.#path.pop();
    return result;
  }

  /** Reads each item, an object, with `read`. */
  list(value: unknown, name: string, read: (item: JsonObject) => void): void {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) this.fail(name, 'a list', value);
    const depth = this.#path.push(name, 0);
    for (let i = 0; i < value.length; i++) {
      this.#path[depth - 1] = i;
      read(this.#object(value[i], ''));
    }
    this.#path.length = depth - 2;
  }

  /** Half a surrogate pair, which JSON can write and UTF-8 cannot, becomes U+FFFD. */
  string(value: unknown, name: string): string {
    if (typeof value === 'string') return value.toWellFormed();
    return value === undefined || value === null ? '' : this.fail(name, 'a string', value);
  }

  boolean(value: unknown, name: string): boolean {
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false', value);
  }

  /** A number, also as a string: `NaN` and `Infinity` can come in no other way. */
  double(value: unknown, name: string): number {
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (typeof value === 'string' && value.trim() !== '') {
      const number = Number(value);
      if (!Number.isNaN(number) || value === 'NaN') return number;
    }
    return this.fail(name, 'a number', value);
  }

  /** An integer as a number or a decimal string. A number that is no integer is kept: better than refusing it. */
  integer(value: unknown, name: string): number | bigint {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.#rounded = true;
      return value;
    }
    if (typeof value === 'bigint') return value;
    if (value === undefined || value === null) return 0;
    if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return this.fail(name, 'an integer', value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  }

  uint32(value: unknown, name: string): number {
    const number = this.integer(value, name);
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MAX_UINT32) return number;
    return this.fail(name, 'an integer from 0 to 4294967295', value);
  }

  /** A number, or one of the names, which stand for 0, 1, 2, … */
  enumeration(value: unknown, name: string, names: readonly string[]): number {
    const index = typeof value === 'string' ? names.indexOf(value) : -1;
    return index === -1 ? this.uint32(value, name) : index;
  }

  nanoseconds(value: unknown, name: string): bigint {
    const isTime = typeof value === 'string' ? /^\d{1,20}$/.test(value) : value == null || isNumber(value);
    const number = isTime ? this.integer(value, name) : -1;
    if (typeof number === 'bigint' || Number.isInteger(number)) {
      const time = BigInt(number);
      if (time >= 0n && time <= MAX_UINT64) return time;
    }
    return this.fail(name, `nanoseconds since 1970 (0 to ${MAX_UINT64})`, value, numberText(value));
  }

  /** Base64 in the standard or the URL-safe alphabet. */
  bytes(value: unknown, name: string): Uint8Array {
    if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) return this.fail(name, 'base64', value);
    return new Uint8Array(Buffer.from(value, 'base64'));
  }

  #object(value: unknown, name: string): JsonObject {
    if (value === undefined || value === null) return NOTHING;
    if (typeof value !== 'object' || Array.isArray(value)) this.fail(name, 'an object', value);
    return value as JsonObject;
  }
}

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';

/** A number as it is, however it came; of anything else only what it is, for messages quote nothing of the body. */
function numberText(value: unknown): string {
  const isText = typeof value === 'string' && /^[-+.\de]{1,40}$/i.test(value);
  return isText || isNumber(value) ? String(value) : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
