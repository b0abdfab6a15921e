import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMapper } from '../../src/map/map-spans.ts';
import { createRedactor, type RedactRule } from '../../src/map/redact.ts';
import { J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const SECRET = 'sk-0123456789abcdef';
const byValue: RedactRule = { value: /sk-[0-9a-f]{16}/, replacement: '[key]' };
const byKey: RedactRule = { key: /(^|\.)(password|authorization)$/i, replacement: '[redacted]' };

function redacted(spec: SpanSpec, ...rules: RedactRule[]): string {
  const map = createMapper({ version: '0', redact: rules });
  return map([{ span: spanOf(spec), project: PROJECT }]).calls[0]?.json.toString() ?? '';
}

/** Every place of a span that can hold text. */
const PLACES: readonly (readonly [string, (text: string) => SpanSpec])[] = [
  ['its name', (text) => ({ name: `get ${text}` })],
  ['an attribute', (text) => ({ attributes: { a: `x ${text} y ${text}` } })],
  ['an attribute’s key', (text) => ({ attributes: { [`a.${text}`]: 1 } })],
  ['a list', (text) => ({ attributes: { a: ['x', text] } })],
  ['a kvlist', (text) => ({ attributes: { a: { b: { c: text } } } })],
  ['JSON in a string', (text) => ({ attributes: { a: J({ b: [text] }) } })],
  ['JSON in JSON in a string', (text) => ({ attributes: { a: J({ b: J({ c: J([text]) }) }) } })],
  ['JSON with escapes', (text) => ({ attributes: { a: J({ b: text }).replace('sk-', '\\u0073k-') } })],
  ['JSON that was cut', (text) => ({ attributes: { a: `{"b":"${text}","c":"cut` } })],
  ['an event’s name', (text) => ({ events: [{ name: text }] })],
  ['an event’s attribute', (text) => ({ events: [{ name: 'e', attributes: { a: text } }] })],
  [
    'an exception',
    (text) => ({ status: { code: 2 }, events: [{ name: 'exception', attributes: { 'exception.message': text } }] }),
  ],
  ['the status message', (text) => ({ status: { code: 2, message: text } })],
  ['the resource', (text) => ({ resource: { 'service.name': text } })],
  ['the scope', (text) => ({ scope: text })],
  [
    'a message of a model call',
    (text) => ({
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': J([{ role: 'user', content: text }]) },
    }),
  ],
];

describe('redaction by value', () => {
  it.each(PLACES)('reaches %s', (_place, spec) => {
    const before = redacted(spec(SECRET));
    expect(before).toContain('0123456789abcdef');
    const after = redacted(spec(SECRET), byValue);
    expect(after).not.toContain('0123456789abcdef');
    expect(after).toContain('[key]');
    JSON.parse(after);
  });

  it('replaces each match and leaves the rest', () => {
    expect(JSON.parse(redacted({ attributes: { a: `x ${SECRET} y ${SECRET}` } }, byValue)).attributes.a).toBe(
      'x [key] y [key]',
    );
  });

  it('lets nothing through, wherever it stands', () => {
    const text = fc
      .array(fc.oneof(fc.string({ maxLength: 4 }), fc.constant(SECRET)), { maxLength: 4 })
      .map((parts) => parts.join(' '));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(text, tie('any'), { maxKeys: 3 }),
        tie('any').map(J),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 5 }), text, (attributes, message) => {
        const spec = { attributes, status: { code: 2, message }, events: [{ name: message, attributes }] };
        expect(redacted(spec, byValue)).not.toMatch(/sk-[0-9a-f]{16}/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('redaction of digits', () => {
  const card: RedactRule = { value: /4111\d+/, replacement: '[card]' };
  it.each([
    ['a number', { card: 4111111111111111 }],
    ['a big integer', { card: 4111111111111111111n }],
    ['a number in JSON', { a: J({ card: 4111111111111111 }) }],
    ['a big integer in JSON', { a: '{"card":4111111111111111111}' }],
    ['a list', { card: [1, 4111111111111111] }],
  ])('reaches %s', (_place, attributes) => {
    expect(redacted({ attributes })).toContain('4111');
    const after = redacted({ attributes }, card);
    expect(after).not.toContain('4111');
    expect(after).toContain('[card]');
  });
});

describe('redaction by key', () => {
  it.each([
    ['an attribute', { 'db.password': 'hunter2' }],
    ['a kvlist', { auth: { Password: 'hunter2' } }],
    ['JSON in a string', { headers: J({ authorization: 'hunter2' }) }],
    ['JSON in JSON', { headers: J({ inner: J({ authorization: { scheme: 'hunter2' } }) }) }],
    ['a list', { 'db.password': ['hunter2', 'hunter2'] }],
  ])('takes the whole value out of %s', (_place, attributes) => {
    expect(redacted({ attributes })).toContain('hunter2');
    const after = redacted({ attributes }, byKey);
    expect(after).not.toContain('hunter2');
    expect(after).toContain('[redacted]');
  });

  it('leaves keys that only contain the word', () => {
    expect(redacted({ attributes: { 'password.policy': 'long' } }, byKey)).toContain('long');
  });

  it('with a value leaves what remains to the other rules', () => {
    const rules = [
      { key: /prompt/, value: /foo/, replacement: 'x' },
      { key: /prompt/, value: /bar/, replacement: 'y' },
      byValue,
    ];
    const call = JSON.parse(redacted({ attributes: { 'my.prompt': `foo bar ${SECRET}` } }, ...rules));
    expect(call.attributes.my.prompt).toBe('x y [key]');
  });

  it('with a value replaces only that below the key', () => {
    const rule = { key: /^user$/, value: /\d+/, replacement: '#' };
    const call = JSON.parse(redacted({ attributes: { user: 'u-77', other: 'o-77' } }, rule));
    expect([call.attributes.user, call.attributes.other]).toEqual(['u-#', 'o-77']);
  });
});

describe('a redactor', () => {
  it('keeps the digits of large integers in JSON that it rewrites', () => {
    const json = `{"id":1795160680123456789,"key":"${SECRET}"}`;
    expect(redacted({ attributes: { a: json } }, byValue)).toContain('1795160680123456789');
  });

  it('leaves the span as it was, and shares what spans share', () => {
    const redact = createRedactor([byValue]);
    const span = spanOf({ attributes: { a: SECRET }, resource: { b: SECRET } });
    const [one, two] = [redact(span), redact(span)];
    expect(span.attributes.get('a')).toBe(SECRET);
    expect(one.resource).toBe(two.resource);
  });
});
