import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_CALL_BYTES, shortenCall } from '../../src/map/shorten.ts';
import { J, mapOne } from '../support/spans.ts';

const MIB = 1024 * 1024;
const call = (extra: Record<string, unknown>) => J({ id: 'x', attributes: {}, inputs: {}, output: null, ...extra });
const members = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key.${at}`, `value ${at}`]));
const nested = (levels: number, inner: unknown) => {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { k: value, n: 1 } : [value, 1];
  return value;
};

const noteOf = (text: string) => JSON.parse(text).attributes.otel_weave_bridge;

describe('a call that is too large', () => {
  it('stays as it is where it is not', () => {
    const json = call({ output: 'a'.repeat(MIB) });
    expect(shortenCall(json)).toEqual({ text: json, cuts: 0 });
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['one long text', { output: 'a'.repeat(8 * MIB) }, 1],
    ['a long text that escapes to more', { output: '"\n'.repeat(4 * MIB) }, 1],
    ['a long text in another alphabet', { output: '語'.repeat(4 * MIB) }, 1],
    ['a long text of half pairs', { output: '\ud800'.repeat(MIB) }, 1],
    [
      'several long texts',
      { inputs: { a: 'a'.repeat(3 * MIB), b: 'b'.repeat(3 * MIB) }, output: 'c'.repeat(100_000) },
      2,
    ],
    ['vectors', { otel_dump: { vector: Array.from({ length: 400_000 }, (_, at) => at / 7), text: 'short' } }, 1],
    [
      'lists of vectors',
      { otel_dump: { vectors: Array.from({ length: 300 }, () => Array.from({ length: 1536 }, (_, at) => at / 7)) } },
      300,
    ],
    ['thousands of medium texts', { inputs: { list: Array.from({ length: 3_000 }, () => 'x'.repeat(2_000)) } }, 3_000],
    ['a hundred thousand small attributes', { attributes: members(100_000), otel_dump: members(100_000) }, 1],
    ['a text below two hundred levels', { output: nested(200, 'a'.repeat(8 * MIB)) }, 1],
    [
      'a list below two hundred levels',
      {
        output: nested(
          200,
          Array.from({ length: MIB }, (_, at) => at),
        ),
      },
      1,
    ],
  ])('fits after shortening %s, and is used up to the last kilobytes', (_what, extra, cuts) => {
    const short = shortenCall(call(extra));
    const bytes = Buffer.byteLength(short.text);
    expect(bytes).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(bytes).toBeGreaterThan(0.9 * MAX_CALL_BYTES);
    expect(short.cuts).toBe(cuts);
    expect(noteOf(short.text)).toMatchObject({ truncated_count: cuts, original_bytes: Buffer.byteLength(call(extra)) });
    expect(noteOf(short.text).truncated).toHaveLength(Math.min(cuts, 50));
    expect(JSON.parse(short.text).id).toBe('x');
  });

  it('lets the dump give way first: an image stays whole where there is room for it once', () => {
    const image = `data:image/png;base64,${'A'.repeat(2.5 * MIB)}`;
    const inputs = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: image } }] }] };
    const short = shortenCall(call({ inputs, otel_dump: { attributes: { messages: JSON.stringify(inputs) } } }));
    expect(JSON.parse(short.text).inputs).toEqual(inputs);
    expect(Buffer.byteLength(short.text)).toBeGreaterThan(0.9 * MAX_CALL_BYTES);
    expect(noteOf(short.text).truncated).toMatchObject([{ path: 'otel_dump.attributes.messages' }]);
  });

  describe('with an image or a recording', () => {
    const image = (mib: number, sign = 'A') => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${sign.repeat(mib * MIB)}` },
    });
    const recording = { type: 'input_audio', input_audio: { data: 'A'.repeat(2 * MIB), format: 'wav' } };
    const said = (mib: number) => ({ type: 'text', text: 'so it was. '.repeat((mib * MIB) / 11) });
    const dump = { otel_dump: { attributes: { messages: 'x'.repeat(4 * MIB) } } };

    /** The places of the parts that are as they were. */
    function whole(contents: readonly (readonly object[])[], extra: Record<string, unknown> = {}): readonly number[] {
      const messages = contents.map((content) => ({ role: 'user', content }));
      const { text } = shortenCall(call({ inputs: { messages }, ...dump, ...extra }));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_CALL_BYTES);
      expect(Buffer.byteLength(text)).toBeGreaterThan(0.95 * MAX_CALL_BYTES);
      const kept: { content: readonly object[] }[] = JSON.parse(text).inputs.messages;
      const isKept = (part: object) => kept.some(({ content }) => content.some((one) => J(one) === J(part)));
      return contents.flat().flatMap((part, at) => (isKept(part) ? at : []));
    }

    it.each([
      ['an image beside a long text', [[image(2), said(3)]], [0]],
      ['an image among long messages', [[said(1)], [image(2)], ...Array.from({ length: 20 }, () => [said(0.5)])], [1]],
      ['an image that needs nearly all of the room', [[said(1), image(3.3)]], [1]],
      ['a recording', [[said(2)], [recording], [said(2)]], [1]],
      [
        'as many images as there is room for',
        [
          [image(2), image(1)],
          [image(0.25), said(3)],
        ],
        [0, 1, 2],
      ],
      ['the smaller of images that do not fit together', [[image(3), image(1), said(3)]], [1]],
      ['one of two images that do not fit together', [[image(2), image(2, 'B')]], [1]],
    ])('keeps %s whole, and cuts what is not', (_what, contents, kept) => {
      expect(whole(contents)).toEqual(kept);
    });

    it('cuts what was answered, too', () => {
      expect(whole([[image(2)]], { output: said(5) })).toEqual([0]);
    });

    it('does not take a long word for one', () => {
      const word = { type: 'text', text: 'w'.repeat(2 * MIB) };
      expect(whole([[word, said(2)]])).toEqual([]);
    });
  });

  it('loses the middle of the longest text and leaves the short ones whole', () => {
    const given = `HEAD${'a'.repeat(8 * MIB)}TAIL`;
    const record = JSON.parse(shortenCall(call({ inputs: { short: 's'.repeat(50_000) }, output: given })).text);
    const [, head = '', missing, tail = ''] =
      /^(HEADa+)\n… \[(\d+) characters left out by otel-weave-bridge\] …\n(a+TAIL)$/.exec(record.output) ?? [];
    expect(head.length + tail.length + Number(missing)).toBe(given.length);
    expect(Math.abs(head.length - tail.length)).toBeLessThan(10);
    expect(record.inputs.short).toHaveLength(50_000);
    expect(record.attributes.otel_weave_bridge.truncated).toEqual([
      { path: 'output', unit: 'characters', length: given.length, kept: head.length + tail.length },
    ]);
  });

  it('loses the middle of a long list and says how many items that are', () => {
    const list = Array.from({ length: 500_000 }, (_, at) => at + 1_000_000);
    const { output, attributes } = JSON.parse(shortenCall(call({ output: list })).text);
    const at = output.findIndex((item: unknown) => typeof item === 'string');
    const missing = Number(/^… \[(\d+) items left out by otel-weave-bridge\]$/.exec(output[at])?.[1]);
    expect([...output.slice(0, at), ...output.slice(at + 1)]).toEqual([
      ...list.slice(0, at),
      ...list.slice(at + missing),
    ]);
    expect(Math.abs(at - (output.length - at - 1))).toBeLessThan(3);
    expect(attributes.otel_weave_bridge.truncated).toEqual([
      { path: 'output', unit: 'items', length: 500_000, kept: 500_000 - missing },
    ]);
  });

  it.each<[string, (text: string) => unknown]>([
    ['text', (text) => text],
    ['parts', (text) => [{ type: 'text', text }]],
  ])('keeps something of each message that stays of a long conversation of %s', (_what, contentOf) => {
    const messages = Array.from({ length: 5_000 }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: contentOf(`message ${at} ${'x'.repeat(1_200)}`),
    }));
    const { inputs } = JSON.parse(shortenCall(call({ inputs: { messages } })).text);
    expect(inputs.messages.length).toBeGreaterThan(2_500);
    const contents: readonly string[] = inputs.messages.map(({ content }: { content: unknown }) => J(content));
    const gaps = contents.filter((content) => content.includes('messages left out by otel-weave-bridge'));
    expect(gaps).toHaveLength(1);
    expect(contents.filter((content) => /"message \d+ x{100}/.test(content))).toHaveLength(contents.length - 1);
    expect(inputs.messages.every(({ role }: { role: unknown }) => typeof role === 'string')).toBe(true);
  });

  it('loses members in the middle of a large object and says how many', () => {
    const record = JSON.parse(
      shortenCall(call({ otel_dump: { attributes: { ...members(300_000), '…': 'own' } } })).text,
    );
    const { attributes } = record.otel_dump;
    const missing = Number(/^… \[(\d+) members left out by otel-weave-bridge\]$/.exec(attributes['……'])?.[1]);
    expect([attributes['key.0'], attributes['key.299999'], attributes['…']]).toEqual([
      'value 0',
      'value 299999',
      'own',
    ]);
    expect(Object.keys(attributes)).toHaveLength(300_001 - missing + 1);
    expect(record.attributes.otel_weave_bridge.truncated).toEqual([
      { path: 'otel_dump.attributes', unit: 'members', length: 300_001, kept: 300_001 - missing },
    ]);
  });

  it('tells of the cuts that lost most, each with its path', () => {
    const list = [...Array.from({ length: 3_000 }, () => 'x'.repeat(2_000)), 'y'.repeat(MIB), 'z'.repeat(2 * MIB)];
    const { truncated, truncated_count } = noteOf(shortenCall(call({ inputs: { list } })).text);
    expect(truncated_count).toBe(3_002);
    expect(truncated).toHaveLength(50);
    expect(truncated.slice(0, 2).map((one: { path: string }) => one.path)).toEqual([
      'inputs.list.3001',
      'inputs.list.3000',
    ]);
  });

  it('tells paths of any length within a bound', () => {
    const long = 'k'.repeat(50_000);
    const deep = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${at}${long}`, 'a'.repeat(200_000)]));
    const { truncated } = noteOf(shortenCall(call({ inputs: deep })).text);
    for (const { path } of truncated) expect(path.length).toBeLessThanOrEqual(101);
    expect(truncated[0].path).toMatch(/^inputs\.\d+k+…k+$/);
  });

  it('leaves a member out whose key alone is too large', () => {
    const record = JSON.parse(shortenCall(call({ inputs: { ['k'.repeat(4 * MIB)]: 1, small: 2 } })).text);
    expect(record.inputs).toEqual({ '…': '… [1 members left out by otel-weave-bridge]', small: 2 });
  });

  it('makes a text of a number with millions of digits', () => {
    const json = call({ output: [1] }).replace('[1]', `[${'1'.repeat(5 * MIB)}]`);
    const { text } = shortenCall(json);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(JSON.parse(text).output[0]).toMatch(/^1+\n… \[\d+ characters left out by otel-weave-bridge\] …\n1+$/);
  });

  it('keeps what the sender has under the name of the note', () => {
    const attributes = { otel_weave_bridge: { note: 'mine' }, ns: 1 };
    const json = call({ attributes, output: 'a'.repeat(5 * MIB) }).replace('"ns":1', '"ns":1795160680123456789');
    const { text } = shortenCall(json);
    expect(noteOf(text)).toMatchObject({ note: 'mine', truncated_count: 1 });
    expect(text.match(/"otel_weave_bridge"/g)).toHaveLength(1);
    expect(text).toContain('"ns":1795160680123456789');
  });

  it('keeps the digits of nanoseconds', () => {
    const json = `{"attributes":{},"otel_dump":{"timestamp":1795160680123456789},"output":"${'a'.repeat(5 * MIB)}"}`;
    expect(shortenCall(json).text).toContain('"timestamp":1795160680123456789');
  });

  it('is within bounds, sound and truthful, whatever is in it', () => {
    const BYTES = 60_000;
    const text = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), fc.nat(3_000))
      .map(([part, times]) => part.repeat(times));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.nat(70_000).map((length) => `data:image/png;base64,${'A'.repeat(length)}`),
        fc.nat(70_000).map((length) => ({ data: 'A'.repeat(length) })),
        fc.nat(),
        fc.array(tie('any'), { maxLength: 6 }),
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), tie('any'), { maxKeys: 6 }),
        fc
          .tuple(fc.nat(1_000), tie('any'))
          .map(([count, one]) => Array.from({ length: count }, (_, at) => [at, one].slice(0, 1))),
      ),
    })).any;
    let shortened = 0;
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), value, { maxKeys: 6 }),
        value,
        (inputs, output) => {
          const before = call({ inputs, output });
          const after = shortenCall(before, BYTES);
          const record = JSON.parse(after.text);
          expect(Buffer.byteLength(after.text)).toBeLessThanOrEqual(BYTES);
          if (after.cuts === 0) return expect(after.text).toBe(before);
          shortened += 1;
          for (const { length, kept } of record.attributes.otel_weave_bridge.truncated)
            expect(kept).toBeLessThan(length);
        },
      ),
      { numRuns: 100 },
    );
    expect(shortened).toBeGreaterThan(20);
  });

  it('keeps its tokens, whatever the model is called', () => {
    const name = 'm'.repeat(5 * MIB);
    const { summary } = mapOne({
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': name, 'gen_ai.usage.input_tokens': 7 },
    });
    expect(summary.usage).toEqual({ [name.slice(0, 256)]: expect.objectContaining({ input_tokens: 7 }) });
  });

  it('is what the mapper hands on', () => {
    const prompt = 'p'.repeat(9 * MIB);
    const mapped = mapOne({
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.input.messages': J([{ role: 'user', content: prompt }]) },
    });
    expect(Buffer.byteLength(J(mapped))).toBeLessThanOrEqual(MAX_CALL_BYTES);
    expect(mapped['inputs'].messages[0].content).toContain('characters left out');
    expect(mapped['attributes'].otel_weave_bridge.truncated.map((one: { path: string }) => one.path).sort()).toEqual([
      'inputs.messages.0.content',
      'otel_dump.attributes.gen_ai.input.messages.0.content',
    ]);
  });
});
