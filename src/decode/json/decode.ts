import { type Invalid, invalid } from '../outcome.ts';
import { quoteIntegers } from './quote-integers.ts';
import { JsonError, type JsonObject, JsonReader } from './reader.ts';

/** Runs a decoder over a body. What is not JSON, or not as expected, becomes an Invalid that says where. */
export function decodeJson<T>(body: Uint8Array, read: (reader: JsonReader, document: JsonObject) => T): T | Invalid {
  const text = textOf(body);
  try {
    const reader = new JsonReader();
    const decoded = read(reader, parse(text));
    // Hardly any sender writes integers beyond 2^53 as JSON numbers: only then is it parsed again, exactly and slowly.
    return reader.rounded ? read(new JsonReader(), parse(quoteIntegers(text))) : decoded;
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

function parse(text: string): JsonObject {
  const document = parseAny(text);
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as JsonObject;
  throw new JsonError('the document is no JSON object');
}

function parseAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new JsonError(`this is not JSON: ${withoutExcerpt(error.message)}`);
    throw error;
  }
}

/** V8's messages may quote the text around the error. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (\.\.\.)?".*$/s, '');
}
