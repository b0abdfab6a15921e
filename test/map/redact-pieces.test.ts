import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMapper } from '../../src/map/map-spans.ts';
import { createPieceHider, placesOf } from '../../src/map/redact-pieces.ts';
import type { RedactRule } from '../../src/map/redact-text.ts';
import { type CallJson, J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const SECRET = 'sk-0123456789abcdef';
const RULE = { value: /sk-[0-9a-f]{16}/, replacement: '[key]' };
const MODEL = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };

const message = (content: string) => ({ role: 'assistant', parts: [{ type: 'text', content }] });
const gemini = (text: string, at = 0, all: readonly string[] = []) => ({
  candidates: [
    { index: 0, content: { role: 'model', parts: [{ text }] }, ...(at === all.length - 1 && { finishReason: 'STOP' }) },
  ],
});

/** How one answer comes in pieces. */
const STREAMS: readonly (readonly [string, (pieces: readonly string[]) => SpanSpec])[] = [
  ['messages in JSON', (pieces) => ({ attributes: { ...MODEL, 'gen_ai.output.messages': J(pieces.map(message)) } })],
  ['messages', (pieces) => ({ attributes: { ...MODEL, 'gen_ai.output.messages': pieces.map(message) } })],
  [
    'parts of a message',
    (pieces) => {
      const parts = pieces.map((content) => ({ type: 'text', content }));
      return { attributes: { ...MODEL, 'gen_ai.output.messages': J([{ role: 'assistant', parts }]) } };
    },
  ],
  [
    'events',
    (pieces) => ({
      attributes: MODEL,
      events: pieces.map((piece, at) => ({
        name: 'gen_ai.client.inference.operation.details',
        // one that comes twice with the same text counts once
        attributes: { 'gen_ai.output.messages': J([{ ...message(piece), id: `m-${at}` }]) },
      })),
    }),
  ],
  [
    'a list of chunks',
    (pieces) => ({
      scope: 'gemini-cli',
      name: 'llm_call',
      attributes: {
        'gen_ai.request.model': 'gemini',
        'gen_ai.operation.name': 'llm_call',
        'output-json': J(pieces.map(gemini)),
      },
    }),
  ],
  [
    'flat keys, in any order',
    (pieces) => ({
      scope: '@traceloop/instrumentation-anthropic',
      attributes: Object.fromEntries([
        ['llm.request.type', 'chat'],
        ['gen_ai.system', 'Anthropic'],
        ...pieces.map((piece, at) => [`gen_ai.completion.${at}.content`, piece] as const).toReversed(),
      ]),
    }),
  ],
  [
    "OpenInference's messages",
    (pieces) => ({
      attributes: Object.fromEntries([
        ['openinference.span.kind', 'LLM'],
        ...pieces.map((piece, at) => [`llm.output_messages.${at}.message.content`, piece] as const),
      ]),
    }),
  ],
  [
    'blocks of an event',
    (pieces) => ({
      attributes: MODEL,
      events: [{ name: 'gen_ai.choice', attributes: { message: J(pieces.map((text) => ({ type: 'text', text }))) } }],
    }),
  ],
  [
    'arguments of a tool',
    (pieces) => {
      const [first = '', ...more] = ['{"q":"', ...pieces, '"}'];
      const deltas = [first, ...more].map((input) => ({ type: 'input_json_delta', input }));
      const content = [{ type: 'tool_use', id: 't-1', name: 'ask', input: {} }, ...deltas];
      return {
        attributes: {
          ...MODEL,
          'gen_ai.completion.0.role': 'assistant',
          'gen_ai.output.messages': J([{ role: 'assistant', content }]),
        },
      };
    },
  ],
];

function mapped(spec: SpanSpec, redact: readonly RedactRule[] = [RULE]): CallJson {
  const [call] = createMapper({ version: '0', redact })([{ span: spanOf(spec), project: PROJECT }]).calls;
  return JSON.parse(call?.json.toString() ?? '');
}

/** All texts that stand under one name, in the order of numbers and one after another. */
function joinedTexts(data: unknown): readonly string[] {
  const byName = new Map<string, string>();
  const gather = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      const inner = /^[[{]/.test(value) ? parsed(value) : undefined;
      if (inner === undefined) byName.set(name, (byName.get(name) ?? '') + value);
      else gather(inner, name);
    } else if (typeof value === 'object' && value !== null) {
      const keys = Object.keys(value);
      for (const key of keys) gather((value as CallJson)[key], /^\d+$/.test(key) ? name : key);
    }
  };
  gather(data, '');
  return [...byName.values()];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text cut at these places, between characters. */
function cut(text: string, places: readonly number[]): readonly string[] {
  const signs = [...text];
  const at = [...new Set(places.map((place) => place % signs.length))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => signs.slice(start, at[index]).join('')).filter((piece) => piece !== '');
}

const shownIn = ({ inputs, output }: CallJson) => JSON.stringify([inputs, output]);

describe('a secret that was streamed in pieces', () => {
  it.each(STREAMS)('is nowhere in the call where they are %s, nor are its pieces', (_what, specOf) => {
    const anyText = fc.string({ unit: fc.constantFrom('a', 'ß', ' ', '\n', '"', '😀'), maxLength: 6 });
    const anyCut = fc.array(fc.nat({ max: 999 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(anyText, anyText, anyText, anyCut, (before, between, after, places) => {
        const isJson = specOf === STREAMS.at(-1)?.[1];
        const written = (text: string) => (isJson ? JSON.stringify(text).slice(1, -1) : text);
        const text = `x${before}${SECRET}${between}.${SECRET}${after}x`;
        // whole and in pieces
        const pieces = cut(written(text), places);
        const plain = mapped(specOf(pieces), []);
        expect(shownIn(plain)).toContain(SECRET);
        const call = mapped(specOf(pieces));
        const hidden = text.replaceAll(SECRET, '[key]');
        expect(shownIn(call)).toContain(J(isJson ? J({ q: hidden }) : hidden));
        expect(JSON.stringify(call)).not.toContain(SECRET);
        for (const joined of joinedTexts(call)) expect(joined).not.toContain(SECRET);
        // what is around it stays
        const inDump = joinedTexts(call['otel_dump']).map((one) => one.replaceAll('\\n', '\n'));
        expect(inDump.some((one) => one.includes(written(hidden).replaceAll('\\n', '\n')))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  const [, messagesOf] = STREAMS[0] as (typeof STREAMS)[number];

  it('is hidden where only what was before it tells', () => {
    const call = mapped(messagesOf(['the token: ', 'hunter2', ' it is']), [
      { value: /(?<=token: )\w+/, replacement: '[token]' },
    ]);
    expect(shownIn(call)).toContain('the token: [token] it is');
    expect(JSON.stringify(call)).not.toContain('hunter2');
  });

  it.each([
    ['which nothing else repeats', {}],
    ['beside the whole', { 'gen_ai.completion': `the key: ${SECRET}` }],
  ])('is hidden in events that the call does not show, %s', (_what, attributes) => {
    const tokens = ['the key: s', 'k-0123', '456789ab', 'cdef', '.'];
    const events = tokens.flatMap((token) => [
      { name: 'new_token', attributes: { kwargs: J({ token, done: false }) } },
      { name: 'tick', attributes: { count: 1 } },
    ]);
    const { events: shown } = mapped({ attributes: { ...MODEL, ...attributes }, events })['otel_dump'];
    const kept = (shown as CallJson[]).flatMap(({ attributes: { kwargs } }) => kwargs?.token ?? []);
    expect(kept).toEqual(['the key: [key]', '', '', '', '.']);
  });

  it('is not looked for across messages', () => {
    const [content, more] = ['my number: 01234567', '89012345 is another'];
    const events = [content, more].map((one) => ({ name: 'gen_ai.user.message', attributes: { content: one } }));
    const call = mapped({ attributes: MODEL, events }, [{ value: /\d{16}/, replacement: '[card]' }]);
    expect(call['inputs'].messages.map((one: CallJson) => one['content'])).toEqual([content, more]);
  });

  it('is hidden where a key tells', () => {
    const [, argumentsOf] = STREAMS.at(-1) as (typeof STREAMS)[number];
    const call = mapped(argumentsOf(['weather","pass', 'word":"hun', 'ter2']), [
      { key: /^password$/, replacement: '[hidden]' },
    ]);
    expect(shownIn(call)).toContain(J(J({ q: 'weather', password: '[hidden]' })));
    for (const joined of joinedTexts(call)) expect(joined).not.toContain('hunter2');
  });

  it('is hidden where streams of two answers are mixed', () => {
    const chunk = (index: number, text: string) => ({ type: 'chunk', index, text });
    const hider = createPieceHider(placesOf(new Map([['secret', '[it]']])));
    const chunks = [chunk(0, 'a se'), chunk(1, 'other'), chunk(0, 'cr'), chunk(1, ' text'), chunk(0, 'et b')];
    const texts = [chunk(0, 'a [it]'), chunk(1, 'other'), chunk(0, ''), chunk(1, ' text'), chunk(0, ' b')];
    expect(hider.data({ chunks })).toEqual({ chunks: texts });
    const span = spanOf({ events: chunks.map(({ index, text }) => ({ name: 'chunk', attributes: { index, text } })) });
    expect(hider.span(span).events.map(({ attributes }) => attributes.get('text'))).toEqual(
      texts.map(({ text }) => text),
    );
  });

  it('is hidden where the index is that of the piece', () => {
    const hider = createPieceHider(placesOf(new Map([['secret', '[it]']])));
    const chunks = ['a se', 'cr', 'et b'].map((text, index) => ({ index, text }));
    expect(hider.data(chunks).map(({ text }) => text)).toEqual(['a [it]', '', ' b']);
  });

  it('takes everything with it where there are too many of them', () => {
    const secrets = Array.from({ length: 60 }, (_, n) => `sk-${n.toString(16).padStart(16, '0')}`);
    const call = mapped(messagesOf(secrets.flatMap((secret) => [secret.slice(0, 5), secret.slice(5), ' and '])));
    for (const joined of joinedTexts(call)) expect(joined).not.toMatch(RULE.value);
    expect(shownIn(call)).toContain('[key] and [key]');
    expect(J(call['otel_dump'])).not.toContain(' and ');
  });

  it('leaves the pieces alone where a replacement is a match itself', () => {
    const call = mapped(messagesOf(['a key', ' is a key']), [{ value: /key/, replacement: '[key]' }]);
    expect(joinedTexts(call['otel_dump'])).toContain('a [key] is a [key]');
  });

  it('takes no square of the length', () => {
    const spent = (count: number) => {
      const pieces = Array.from({ length: count }, (_, n) => ({
        text: n % 7 === 0 ? 'sec' : n % 7 === 1 ? 'ret' : 'x',
      }));
      const secrets = new Map(
        Array.from({ length: 50 }, (_, n) => [n === 0 ? 'secret' : `xxxxxx${n}`, '[it]'] as const),
      );
      const hider = createPieceHider(placesOf(secrets));
      const begin = performance.now();
      expect(JSON.stringify(hider.data(pieces))).toContain('[it]');
      return performance.now() - begin;
    };
    spent(5_000);
    expect(spent(100_000)).toBeLessThan(100 * spent(5_000) + 300);
  });
});
