import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMapper } from '../../src/map/map-spans.ts';
import { createRedactor } from '../../src/map/redact.ts';
import type { RedactRule } from '../../src/map/redact-text.ts';
import { type CallJson, J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

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
  [
    'JSON in strings, 12 deep',
    (text) => ({ attributes: { a: Array.from({ length: 12 }).reduce<string>((one) => J([one]), J([text])) } }),
  ],
  [
    'JSON in a text as JSON',
    (text) => ({ attributes: { 'input.value': J(J({ b: text })).replace('sk-', '\\u0073k-') } }),
  ],
  ['a text as JSON, with escapes', (text) => ({ attributes: { 'input.value': J(text).replace('sk-', '\\u0073k-') } })],
  [
    'texts of which a message is put together',
    (text) => ({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.output.messages': J(
          [text.slice(0, -10), text.slice(-10)].map((content) => ({
            role: 'assistant',
            parts: [{ type: 'text', content }],
          })),
        ),
      },
    }),
  ],
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

  it.each([
    ['a text', `{"b":"${SECRET}","b":1}`],
    ['an object', `{"b":{"c":"${SECRET}"},"b":1}`],
    ['a text with escapes, in a list', `[{"b":1},{"b":"${SECRET.replace('sk', '\\u0073k')}","b":1}]`],
  ])('reaches %s that JSON says before another member of that name', (_what, a) => {
    expect(redacted({ attributes: { a } })).toContain('0123456789abcdef');
    expect(redacted({ attributes: { a } }, byValue)).not.toContain('0123456789abcdef');
  });

  it('leaves JSON without matches letter for letter', () => {
    const a = '{ "b" : "x: \\"y\\"", "c":[ 1.0, {"d":{}} ] ,"id":1795160680123456789}';
    expect(redacted({ attributes: { a } }, byValue, byKey)).toBe(redacted({ attributes: { a } }));
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

it('redaction by value reaches bytes that are text, and leaves others', () => {
  const attributes = { text: Buffer.from(`x ${SECRET}`), bytes: new Uint8Array([0xff, 1]) };
  expect(JSON.parse(redacted({ attributes }, byValue)).attributes).toMatchObject({ text: 'x [key]', bytes: '/wE=' });
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

  it.each([
    ['a kvlist', { user: { name: 'u-77', list: ['a-77', 77] }, other: 'o-77' }],
    ['JSON', { user: J({ name: 'u-77', list: ['a-77', 77] }), other: 'o-77' }],
    ['escapes', { user: '{"name":"u-7\\u0037","list":["a-\\u00377",77]}', other: 'o-77' }],
  ])('with a value replaces what is in %s below the key, and nothing else of it', (_what, attributes) => {
    const rule = { key: /^user$/, value: /\d+/, replacement: '#' };
    const call = JSON.parse(redacted({ attributes }, rule));
    expect([call.attributes.user, call.attributes.other]).toEqual([{ name: 'u-#', list: ['a-#', '#'] }, 'o-77']);
  });
});

/** Texts that hold JSON without being JSON. */
const FRAGMENTS: readonly (readonly [string, (secret: string) => string])[] = [
  ['JSON Lines', (secret) => `{"a":1}\n{"b":{"password":"${secret}"}}\n{"c":3}`],
  ['JSON in prose', (secret) => `sent {"user":"u","password":"${secret}"} and then [1] waited`],
  ['a list in prose', (secret) => `got [{"password": {"is": "${secret}"}}, 2] back`],
  ['JSON in JSON in prose', (secret) => `sent ${J({ headers: J({ password: secret }) })} twice`],
  ['JSON that was cut', (secret) => J({ password: secret, more: 'x' }).slice(0, -5)],
  ['JSON that was cut in the secret', (secret) => J({ a: 1, password: `${secret}${'x'.repeat(20)}` }).slice(0, -10)],
  ['JSON that was cut in an object that goes', (secret) => J({ password: { a: secret, b: 1 } }).slice(0, -3)],
  ['JSON that was cut in JSON in a string', (secret) => J({ headers: J({ password: secret, b: 1 }) }).slice(0, -8)],
  ['JSON behind brackets that are none', (secret) => `[INFO] {a} [" {"password":"${secret}"}`],
  ['JSON that turns out to be none', (secret) => `{"password":"${secret}", oops`],
  ['an object that turns out to be none', (secret) => `{"password":{"a":"${secret}", oops}, "b":1}`],
  ['escaped keys', (secret) => `sent {"pass\\u0077ord":"${secret}"}!`],
  ['JSON nested 1000 deep', (secret) => `${'{"a":['.repeat(500)}{"password":"${secret}"}${']}'.repeat(500)}`],
  [
    'JSON in strings, 12 deep',
    (secret) => Array.from({ length: 12 }).reduce<string>((text) => J({ a: text }), J({ password: secret })),
  ],
];

describe('redaction by key in what is JSON only in part', () => {
  it.each(FRAGMENTS)('finds the key in %s', (_what, textOf) => {
    const text = textOf('hunter2');
    expect(redacted({ attributes: { a: text } })).toContain('hunter2');
    const after = redacted({ attributes: { a: text } }, byKey);
    expect(after).not.toContain('hunter2');
    expect(after).toContain('[redacted]');
    JSON.parse(after);
  });

  it.each(FRAGMENTS)('leaves all others in %s as they were, letter for letter', (_what, textOf) => {
    const text = textOf('hunter2');
    const attributes = { a: text };
    expect(redacted({ attributes }, { key: /never/, replacement: '' })).toBe(redacted({ attributes }));
  });

  it('changes nothing but the value', () => {
    const call = JSON.parse(redacted({ attributes: { a: 'sent { "password" : "x\\ny", "b":[ 1 ]} [x]' } }, byKey));
    expect(call.attributes.a).toBe('sent { "password" : "[redacted]", "b":[ 1 ]} [x]');
  });

  it('finds what escapes hide from a value pattern', () => {
    expect(redacted({ attributes: { a: `sent {"a":"${SECRET.replace('sk', '\\u0073k')}"}!` } }, byValue)).not.toContain(
      '0123456789abcdef',
    );
  });

  it('takes no square of the length, whatever is sent', () => {
    const texts = ['['.repeat(200_000), '{"a":'.repeat(100_000), '{"'.repeat(100_000), '["\\'.repeat(100_000)];
    for (const text of texts) redacted({ attributes: { a: `${text} x {"password":"hunter2"}` } }, byKey);
  });
});

describe('a key pattern', () => {
  const DATA = { user: { name: 'hunter2' } };
  it.each<[string, RegExp, boolean]>([
    ['the last name', /^name$/, true],
    ['the whole path', /^app\.user\.name$/, true],
    ['an end of the path', /^user\.name$/, true],
    ['a part of the path', /r\.na/, true],
    ['a flag that remembers', /name/g, true],
    ['the beginning of a name only', /^nam$/, false],
    ['names in another order', /^name\.user$/, false],
  ])('that is %s means the same of a key with dots, of a kvlist and of JSON', (_what, key, found) => {
    const rule = { key, replacement: '[x]' };
    for (const attributes of [
      { 'app.user.name': 'hunter2' },
      { 'app.user': { name: 'hunter2' } },
      { app: DATA },
      { app: J(DATA) },
      { app: { user: J({ name: 'hunter2' }) } },
      { app: `sent ${J(DATA)}` },
    ]) {
      // a pattern that remembers where it matched must not miss the second time
      const map = createMapper({ version: '0', redact: [rule] });
      for (let time = 0; time < 2; time++) {
        const text = map([{ span: spanOf({ attributes }), project: PROJECT }]).calls[0]?.json.toString();
        expect([attributes, text?.includes('hunter2')]).toEqual([attributes, !found]);
      }
    }
  });
});

it('patterns may have flags that remember where they matched', () => {
  const rules = [
    { key: /secret/g, replacement: '[k]' },
    { value: /hunter/gy, replacement: '[v]' },
  ];
  const attributes = { 'my.secret.a': 1, secret: 2, a: 'hunter hunter', b: 'hunter' };
  const call = JSON.parse(redacted({ attributes }, ...rules));
  expect(call.attributes).toMatchObject({ my: { secret: { a: '[k]' } }, secret: '[k]', a: '[v] [v]', b: '[v]' });
});

it('a key pattern finds what is below a name, but no key with dots that has more behind it', () => {
  const rule = { key: /^user$/, replacement: '[x]' };
  const call = JSON.parse(redacted({ attributes: { a: { user: { name: 1 } }, 'b.user.name': 1 } }, rule));
  expect(call.attributes).toMatchObject({ a: { user: '[x]' }, b: { user: { name: 1 } } });
});

describe('keys that become the same', () => {
  const attributes = { 'sk-0123456789abcde0': 1, 'sk-0123456789abcde1': 2, '[key]': 3, '[key]_2': 4 };
  it.each<[string, SpanSpec, (call: CallJson) => unknown]>([
    ['among attributes', { attributes }, (call) => call['attributes']],
    ['in a kvlist', { attributes: { a: attributes } }, (call) => call['attributes'].a],
    ['in JSON', { attributes: { a: J(attributes) } }, (call) => call['attributes'].a],
  ])('are numbered %s, and none is lost', (_where, spec, at) => {
    const after = at(JSON.parse(redacted(spec, byValue))) as Record<string, unknown>;
    expect(after).toMatchObject({ '[key]': 1, '[key]_2': 2, '[key]_3': 3, '[key]_2_2': 4 });
  });
});

describe('a redactor', () => {
  it('keeps the digits of large integers in JSON that it rewrites', () => {
    const json = `{"id":1795160680123456789,"key":"${SECRET}"}`;
    expect(redacted({ attributes: { a: json } }, byValue)).toContain('1795160680123456789');
  });

  it('leaves the span as it was, and shares what spans share', () => {
    const redactor = createRedactor([byValue]);
    const span = spanOf({ attributes: { a: SECRET }, resource: { b: SECRET } });
    const [one, two] = [redactor.span(span), redactor.span(span)];
    expect(span.attributes.get('a')).toBe(SECRET);
    expect(one.resource).toBe(two.resource);
  });
});
