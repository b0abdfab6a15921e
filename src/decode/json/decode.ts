import { type Invalid, invalid } from '../outcome.ts';
import { JsonError, type JsonObject, JsonReader } from './reader.ts';

/** Runs a decoder over a body. What is not JSON, or not as expected, becomes an Invalid that says where. */
export function decodeJson<T>(body: Uint8Array, read: (reader: JsonReader, document: JsonObject) => T): T | Invalid {
  const text = textOf(body);
  try {
    const reader = new JsonReader();
    const decoded = read(reader, parse(text));
    // Hardly any sender writes integers beyond 2^53 as JSON numbers: only then is it parsed again, exactly and slowly.
    return reader.rounded ? read(new JsonReader(), parse(text, exactInteger)) : decoded;
  } catch (error) {
    if (error instanceof JsonError) return invalid(error.message);
    throw error;
  }
}

/** Without the byte order mark that some senders put first. */
function textOf(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Node 22 and later tell a reviver the text of each number, which TypeScript's library does not know yet. */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

function parse(text: string, reviver?: Reviver): JsonObject {
  const document = parseAny(text, reviver);
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as JsonObject;
  throw new JsonError('the document is no JSON object');
}

function parseAny(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    if (error instanceof SyntaxError) throw new JsonError(`this is not JSON: ${withoutExcerpt(error.message)}`);
    // JSON.parse itself takes any depth; only with a reviver is it recursive.
    if (error instanceof RangeError) throw new JsonError('the document is nested too deeply');
    throw error;
  }
}

/** A bigint for an integer that a number would round. */
const exactInteger: Reviver = (_key, value, context) => {
  const rounded = typeof value === 'number' && !Number.isSafeInteger(value);
  const source = context?.source ?? '';
  return rounded && /^-?\d{1,20}$/.test(source) ? BigInt(source) : value;
};

/** V8's messages may quote the text around the error. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (\.\.\.)?".*$/s, '');
}
