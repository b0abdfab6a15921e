import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attributes, Span, SpanEvent, Value } from '../../src/core/span.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { recordings } from '../decode/support/corpus.ts';
import { PROJECT } from '../support/spans.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const SECRET = 'sk-0123456789abcdef';
const PATTERN = /sk-[0-9a-f]{16}/;

const SPANS = recordings.flatMap(({ signal, body, encoding }) => {
  const decoded = signal === 'traces' ? decodeRequest(body, encoding) : undefined;
  return decoded?.status === 'ok' ? decoded.spans : [];
});

const parsed = (text: string): unknown => {
  if (!/^\s*["[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a text
  }
};

/** A span with the secret in some of its texts, however deep they stand; `dice` says in which. */
function withSecret(span: Span, dice: () => boolean): Span {
  function inText(text: string): string {
    const data = parsed(text);
    if (data === undefined) return dice() ? `${text} ${SECRET}` : text;
    const json = JSON.stringify(inData(data));
    return dice() ? json.replaceAll('sk-', '\\u0073k\\u002d') : json;
  }
  function inData(data: unknown): unknown {
    if (typeof data === 'string') return inText(data);
    if (Array.isArray(data)) return data.map(inData);
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(Object.entries(data).map(([key, one]) => [key, inData(one)]));
  }
  function inValue(value: Value): Value {
    if (typeof value === 'string') return inText(value);
    if (value instanceof Map) return inAttributes(value);
    return Array.isArray(value) ? value.map(inValue) : value;
  }
  const inAttributes = (attributes: Attributes) => new Map([...attributes].map(([key, one]) => [key, inValue(one)]));
  return {
    ...span,
    name: inText(span.name),
    attributes: inAttributes(span.attributes),
    events: span.events.map((event): SpanEvent => ({ ...event, attributes: inAttributes(event.attributes) })),
    status: { code: 2, message: inText(span.status.message) },
  };
}

/** Where the secret stands, in whatever JSON in strings. */
function findIn(data: unknown, path = ''): readonly string[] {
  if (typeof data === 'string') {
    const inner = parsed(data);
    return inner === undefined ? (PATTERN.test(data) ? [path] : []) : findIn(inner, path);
  }
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, one]) => [
    ...(PATTERN.test(key) ? [`${path}.${key}`] : []),
    ...findIn(one, `${path}.${key}`),
  ]);
}

it(`what is redacted is nowhere in the call, whatever a library has recorded (FUZZ_SEED=${SEED})`, () => {
  const rule = { value: PATTERN, replacement: '[key]' };
  const bits = fc.array(fc.boolean(), { minLength: 31, maxLength: 61 });
  fc.assert(
    fc.property(fc.constantFrom(...SPANS), bits, (recorded, choices) => {
      let at = 0;
      const span = withSecret(recorded, () => choices[at++ % choices.length] ?? false);
      const write = (redact: readonly (typeof rule)[]) =>
        createMapper({ version: '0', redact })([{ span, project: PROJECT }]).calls[0]?.json.toString() ?? '';
      const hadSome = findIn(JSON.parse(write([]))).length > 0;
      const text = write([rule]);
      expect([span.scope.name, findIn(JSON.parse(text))]).toEqual([span.scope.name, []]);
      expect(text).not.toMatch(PATTERN);
      expect(text.includes('[key]')).toBe(hadSome);
    }),
    { numRuns: 500, seed: SEED },
  );
});
