import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { outputOf } from '../../../src/trigger/jobs/answer-text.ts';
import { batchOf, costOf, isEnded } from '../../../src/trigger/jobs/batch.ts';
import { baseUrl } from '../../../src/trigger/jobs/batch-api.ts';
import { judgementOf } from '../../../src/trigger/jobs/judgement.ts';
import { linesOf } from '../../../src/trigger/jobs/lines.ts';
import { readLine } from '../../../src/trigger/jobs/read-line.ts';

describe('a judgement', () => {
  it.each<[string, unknown, object]>([
    [
      'JSON',
      '{"score":0.8,"label":"good","reason":"clear"}',
      { output: { score: 0.8, label: 'good', reason: 'clear' }, score: 0.8, label: 'good', reason: 'clear' },
    ],
    ['JSON in a fence', '```json\n{"score": 4}\n```', { output: { score: 4 }, score: 4 }],
    [
      'other names',
      '{"rating":"3","verdict":"poor","explanation":"vague"}',
      { output: expect.anything(), score: 3, label: 'poor', reason: 'vague' },
    ],
    ['yes or no', '{"passed":true}', { output: { passed: true }, score: 1 }],
    ['a number', ' 7 ', { output: 7, score: 7 }],
    ['a list', '[1,2]', { output: [1, 2] }],
    ['a list of one', '[{"score":"2","label":"ok"}]', { output: [expect.anything()], score: 2, label: 'ok' }],
    ['a list of two', '[{"score":1},{"score":2}]', { output: [{ score: 1 }, { score: 2 }] }],
    [
      'a fence amid prose',
      'Here:\n```json\n{"score": 0.5}\n```\nDone.',
      { output: { score: 0.5 }, score: 0.5, raw: expect.stringContaining('Done.') },
    ],
    [
      'JSON amid prose',
      'Sure! {"score": 1, "reason": "a } b"} Hope {that} helps',
      { output: { score: 1, reason: 'a } b' }, score: 1, reason: 'a } b', raw: expect.any(String) },
    ],
    ['prose', 'It was fine.', { output: 'It was fine.' }],
    ['a JSON text', '"fine"', { output: '"fine"' }],
    ['broken JSON', '{"score": ', { output: '{"score":' }],
    ['no usable score', '{"score":"high","label":""}', { output: { score: 'high', label: '' } }],
    ['vectors', [0.1, 0.2], { output: [0.1, 0.2] }],
    ['nothing', '', { output: '' }],
  ])('is read from %s', (_, said, judgement) => {
    expect(judgementOf(said)).toEqual(judgement);
  });

  it('searches a long text with many braces no longer than is sensible', () => {
    const said = '{'.repeat(20_000) + '}'.repeat(20_000);
    expect(judgementOf(said)).toEqual({ output: said });
  });
});

describe('a judgement of what somebody made a model say', () => {
  it.each([
    ['blanks in a fence', `\`\`\`${' '.repeat(300_000)}\``],
    ['a fence that has no end', `\`\`\`json${'\n'.repeat(300_000)}x`],
    ['a megabyte of braces', '{'.repeat(500_000) + '}'.repeat(500_000)],
  ])('is %s, and takes no time', (_, said) => {
    expect(judgementOf(said)).toEqual({ output: said.trim() });
  });
});

describe('what the model said', () => {
  it.each<[string, unknown, unknown]>([
    ['chat', { choices: [{ message: { content: 'hi' } }] }, 'hi'],
    [
      'chat in parts',
      {
        choices: [
          {
            message: {
              content: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
          },
        ],
      },
      'ab',
    ],
    ['chat that only called tools', { choices: [{ message: { content: null } }] }, ''],
    ['chat that was refused', { choices: [{ message: { content: null, refusal: 'I will not' } }] }, 'I will not'],
    ['responses that were refused', { output: [{ content: [{ type: 'refusal', refusal: 'no' }] }] }, 'no'],
    ['completions', { choices: [{ text: 'hi' }] }, 'hi'],
    [
      'responses',
      { output: [{ type: 'reasoning' }, { type: 'message', content: [{ type: 'output_text', text: 'hi' }] }] },
      'hi',
    ],
    ['responses, summed up', { output_text: 'hi', output: [] }, 'hi'],
    ['one embedding', { data: [{ embedding: [1, 2] }] }, [1, 2]],
    ['embeddings', { data: [{ embedding: [1] }, { embedding: [2] }] }, [[1], [2]]],
    ['something else', { x: 1 }, { x: 1 }],
    ['nothing', null, null],
  ])('%s', (_, body, output) => {
    expect(outputOf(body)).toEqual(output);
  });
});

describe('a line of an answer file', () => {
  const line = (fields: object) => JSON.stringify({ custom_id: 'c', ...fields });
  const failed = (reason: string, again: boolean) => ({ status: 'failed', reason, again });

  it.each<[string, string, unknown]>([
    [
      'an answer',
      line({ response: { status_code: 200, body: { usage: { total_tokens: 9 } } }, error: null }),
      { status: 'answered', answer: '{"usage":{"total_tokens":9}}', tokens: 9 },
    ],
    [
      'tokens under other names',
      line({ response: { body: { usage: { input_tokens: 3, output_tokens: 4 } } } }),
      expect.objectContaining({ tokens: 7 }),
    ],
    ['no usage', line({ response: { status_code: 200, body: {} } }), expect.objectContaining({ tokens: 0 })],
    [
      'a refusal in the output file',
      line({ response: { status_code: 400, body: { error: { message: 'too long' } } } }),
      failed('HTTP 400: too long', false),
    ],
    ['a failure of the server', line({ response: { status_code: 503, body: null } }), failed('HTTP 503', true)],
    ['too many requests', line({ response: { status_code: 429 } }), failed('HTTP 429', true)],
    [
      'an expired one',
      line({ response: null, error: { code: 'batch_expired', message: 'not run' } }),
      failed('not run (batch_expired)', true),
    ],
    [
      'an error',
      line({ response: null, error: { code: 'bad_image', message: 'no' } }),
      failed('no (bad_image)', false),
    ],
    ['neither', line({}), failed('the line has neither response nor error', true)],
    ['a byte order mark before it', `\ufeff${line({ response: { status_code: 429 } })}`, failed('HTTP 429', true)],
  ])('is %s', (_, text, result) => {
    expect(readLine(text)).toEqual({ customId: 'c', result });
  });

  it.each(['', 'no JSON', '[]', '{"response":{}}', '{"custom_id":5}'])('is passed over: %j', (text) => {
    expect(readLine(text)).toBeUndefined();
  });
});

describe('the lines of a stream', () => {
  async function read(chunks: readonly string[], maxBytes?: number): Promise<readonly (string | null)[]> {
    const lines: (string | null)[] = [];
    for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), maxBytes))
      lines.push(line);
    return lines;
  }

  it.each<[string, readonly string[], readonly string[]]>([
    ['whole', ['a\nb\n'], ['a', 'b']],
    ['without an end', ['a\nb'], ['a', 'b']],
    ['across chunks', ['a', 'b\nc', 'd', '\n'], ['ab', 'cd']],
    ['across a character', [Buffer.from('é\n').toString('latin1').slice(0, 1)], ['Ã']],
    ['with CRLF and empty ones', ['a\r\n\r\n \nb\r\n'], ['a', 'b']],
    ['none', [], []],
  ])('%s', async (_, chunks, lines) => {
    expect(await read(chunks)).toEqual(lines);
  });

  it('say where one is too long, and go on behind it', async () => {
    expect(await read(['ok\n', 'x'.repeat(50), 'x'.repeat(60), '\nfine\n'], 100)).toEqual(['ok', null, 'fine']);
  });
});

describe('a batch', () => {
  it.each([
    ['completed', true],
    ['COMPLETED', true],
    ['expired', true],
    ['cancelled', true],
    ['failed', true],
    ['cancelling', false],
    ['something new', false],
  ])('that is %s has ended: %s', (status, ended) => {
    const batch = batchOf({ id: 'b', status });
    expect(batch && isEnded(batch)).toBe(ended);
  });

  it.each<[object, number | null]>([
    [{ processing_cost: 2, price_1m_tokens: 1, usage: { total_tokens: 5 } }, 2],
    [{ processing_cost: 0, price_1m_tokens: 3, usage: { total_tokens: 2_000_000 } }, 6],
    [{ price_1m_tokens: 3, usage: { prompt_tokens: 1_000_000, completion_tokens: 1_000_000 } }, 6],
    [{ price_1m_tokens: 3, usage: { input_tokens: 1_000_000, output_tokens: 0 } }, 3],
    [{ processing_cost: 0, price_1m_tokens: 0, usage: { total_tokens: 9 } }, null],
    [{}, null],
  ])('%j has cost %s USD', (fields, usd) => {
    const batch = batchOf({ id: 'b', status: 'completed', ...fields });
    expect(batch && costOf(batch)).toBe(usd);
  });

  it('is read however little of it is as it should be', () => {
    const odd = {
      id: 'b',
      status: 'x',
      output_file_id: '',
      error_file_id: 5,
      metadata: 'no',
      errors: {},
      usage: 'no',
      request_counts: null,
    };
    expect(batchOf(odd)).toMatchObject({ output_file_id: null, error_file_id: null, metadata: null, usage: null });
    expect(batchOf({ status: 'x' })).toBeUndefined();
    expect(batchOf([])).toBeUndefined();
  });

  it.each(['http://h/v1', 'http://h/v1/', 'http://h', 'http://h/'])('is asked for at %s', (url) => {
    expect(baseUrl(url)).toBe('http://h');
  });
});
