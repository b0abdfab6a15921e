import { describe, expect, it } from '@jest/globals';
import { readPattern } from '../../src/config/rule-pattern.ts';
import { load, problemsOf } from './world.ts';

const SCORER = 'weave:///acme/bots/object/helpful:v1';

describe('scoring rules', () => {
  it('are read from YAML', () => {
    const yaml = `
scoring:
  - name: helpful
    when:
      all:
        - {field: attributes.weave.kind, eq: llm}
        - not: {field: exception, exists: true}
        - any: [{field: duration_ms, gt: 1500}, {field: op_name, matches: /^chat/i}]
        - {field: inputs.model, in: [gpt-4o, 5, true]}
    sample: 0.1
    sample_by: call
    salt: x
    limit: {calls_per_day: 100}
    delay: 1m
    at_most_once: true
    sweep: {after: 5m, times: 3}
    scorers: [${SCORER}, ${SCORER}]`;
    const field = (text: string) => ({ text, keys: text.split('.') });
    expect(load({ yaml }).config.scoring).toEqual([
      {
        name: 'helpful',
        enabled: true,
        when: {
          type: 'all',
          of: [
            { type: 'field', field: field('attributes.weave.kind'), test: { operator: 'eq', value: 'llm' } },
            {
              type: 'not',
              of: { type: 'field', field: field('exception'), test: { operator: 'exists', value: true } },
            },
            {
              type: 'any',
              of: [
                { type: 'field', field: field('duration_ms'), test: { operator: 'gt', value: 1500 } },
                { type: 'field', field: field('op_name'), test: { operator: 'matches', value: /^chat/i } },
              ],
            },
            { type: 'field', field: field('inputs.model'), test: { operator: 'in', value: ['gpt-4o', '5', 'true'] } },
          ],
        },
        sample: 0.1,
        sampleBy: 'call',
        salt: 'x',
        limit: { callsPerDay: 100 },
        scorers: [SCORER],
        delayMs: 60_000,
        atMostOnce: true,
        sweep: { afterMs: 300_000, times: 3 },
      },
    ]);
  });

  it('need little: a name and scorers', () => {
    const set = [`scoring=[{"name":"all","scorers":["${SCORER}"]}]`];
    expect(load({ input: { set } }).config.scoring).toEqual([
      expect.objectContaining({
        when: { type: 'all', of: [] },
        sample: 1,
        sampleBy: 'trace',
        delayMs: 10_000,
        sweep: null,
      }),
    ]);
  });

  it('give the same from JSON, with numbers and booleans of its own', () => {
    const rule = { name: 'a', scorers: [SCORER], sample: 0.5, when: { field: 'output', gt: 5 }, enabled: false };
    const input = { set: [`scoring=${JSON.stringify([rule])}`] };
    expect(load({ input }).config.scoring[0]).toMatchObject({
      sample: 0.5,
      enabled: false,
      when: { test: { value: 5 } },
    });
  });

  /** A rule whose lines are given; the first of them is line 4 of the file. */
  const rule = (...lines: readonly string[]) =>
    `scoring:\n  - name: a\n    scorers: [${SCORER}]\n${lines.map((line) => `    ${line}`).join('\n')}`;

  it.each<[string, string, string]>([
    [
      'a field that calls do not have',
      'when: {field: opname, eq: chat}',
      '4:19: scoring.0.when.field: calls have no opname; did you mean op_name?',
    ],
    ['a path that is none', 'when: {field: a..b, eq: chat}', '4:19: scoring.0.when.field: "a..b" is no path'],
    [
      'an unknown operator',
      'when: {field: op_name, startswith: x}',
      '4:40: scoring.0.when.startswith: is no operator; did you mean starts_with?',
    ],
    ['no operator', 'when: {field: op_name}', '4:11: scoring.0.when: must have one operator'],
    ['two operators', 'when: {field: op_name, eq: a, ne: b}', '4:11: scoring.0.when: must have one operator'],
    [
      'two groups',
      'when: {any: [{field: id, eq: a}], all: [{field: id, eq: a}]}',
      '4:11: scoring.0.when: has any and all',
    ],
    ['an empty group', 'when: {any: []}', '4:17: scoring.0.when.any: must be a list of 1 to 100 conditions'],
    ['an unknown group', 'when: {some: []}', '4:11: scoring.0.when: names no field'],
    ['no condition', 'when: often', '4:11: scoring.0.when: must be a condition'],
    ['a number that is none', 'when: {field: output, gt: many}', '4:31: scoring.0.when.gt: must be a number'],
    [
      'a yes that is none',
      'when: {field: output, exists: maybe}',
      '4:35: scoring.0.when.exists: must be true or false',
    ],
    ['a list that is none', 'when: {field: output, in: a}', '4:31: scoring.0.when.in: must be a list'],
    [
      'a bad pattern',
      'when: {field: output, matches: "("}',
      '4:36: scoring.0.when.matches: Invalid regular expression',
    ],
    [
      'a slow pattern',
      'when: {field: output, matches: "(a+)+"}',
      '4:36: scoring.0.when.matches: has a repetition within a repetition',
    ],
    ['a rate', 'sample: 1.5', '4:13: scoring.0.sample: must be a number from 0 to 1'],
    [
      'a limit in USD',
      'limit: {usd_per_day: 3}',
      '4:26: scoring.0.limit.usd_per_day: Weave does not say what a scorer costs',
    ],
    ['an unknown member', 'scorer: x', '4:13: scoring.0: has no scorer; did you mean scorers?'],
    [
      'no condition, nearly',
      'when: {feld: id, eq: a}',
      '4:11: scoring.0.when: names no field; a condition has field, or',
    ],
    ['a delay', 'delay: 8d', '4:12: scoring.0.delay: a duration from 0s to 168h'],
  ])('tell where there is %s', (_, line, problem) => {
    expect(problemsOf({ yaml: rule(line) })).toEqual([expect.stringContaining(`bridge.yaml:${problem}`)]);
  });

  it('tell of nesting that is too deep', () => {
    const deep = `${'{not: '.repeat(12)}{field: id, eq: a}${'}'.repeat(12)}`;
    expect(problemsOf({ yaml: rule(`when: ${deep}`) })).toEqual([
      expect.stringContaining('conditions may be nested 10 deep'),
    ]);
  });

  it.each([
    'helpful',
    'weave:///acme/bots/op/helpful:v1',
    'weave:///acme/bots/object/helpful',
    'weave:///acme/object/helpful:v1',
    'weave:///acme/bots/object/helpful:*',
  ])('refuse %s as a scorer', (scorer) => {
    const yaml = `scoring:\n  - name: a\n    scorers: ["${scorer}"]`;
    expect(problemsOf({ yaml })).toEqual([
      'bridge.yaml:3:15: scoring.0.scorers.0: must look like weave:///entity/project/object/name:version',
    ]);
  });

  it.each([
    [`scorers: ${SCORER}`, 'scorers: must be a list of 1 to 20 scorers'],
    ['scorers: []', 'scorers: must be a list of 1 to 20 scorers'],
    [`scorers: [${SCORER}], sweep: true`, 'sweep: must be {after, times}'],
    [`scorers: [${SCORER}], sweep: {times: 3}`, 'sweep.after: missing'],
  ])('say what has to be in place of %s, once', (members, problem) => {
    expect(problemsOf({ yaml: `scoring:\n  - {name: a, ${members}}` })).toEqual([
      expect.stringMatching(new RegExp(`^bridge.yaml:2:\\d+: scoring\\.0\\.${problem.replace(/[{}.]/g, '\\$&')}$`)),
    ]);
  });

  it('have names of their own', () => {
    const yaml = `scoring:\n  - {name: a, scorers: [${SCORER}]}\n  - {name: a, scorers: [${SCORER}]}`;
    expect(problemsOf({ yaml })).toEqual(['bridge.yaml:3:12: scoring.1.name: a is used twice']);
  });

  it('tell everything that is wrong at once', () => {
    const yaml = `scoring:
  - {name: a, scorers: [${SCORER}], when: {field: opname, eq: x}}
  - {name: a, sampel: 1}
jobs:
  rules:
    - {name: a, job_id: j, prompt: "{{outptu}}", body: "x", attempts: 0}`;
    expect(problemsOf({ yaml })).toEqual([
      expect.stringContaining(':2:78: scoring.0.when.field: calls have no opname; did you mean op_name?'),
      expect.stringContaining(':3:5: scoring.1.scorers: missing'),
      expect.stringContaining(':3:23: scoring.1: has no sampel; did you mean sample?'),
      expect.stringContaining(':3:12: scoring.1.name: a is used twice'),
      expect.stringContaining(':6:7: jobs.rules.0.model: missing'),
      expect.stringContaining(':6:36: jobs.rules.0.prompt: calls have no outptu'),
      expect.stringContaining(':6:56: jobs.rules.0.body: must be a JSON object'),
      expect.stringContaining(':6:71: jobs.rules.0.attempts: a whole number from 1 to 10'),
      expect.stringContaining(':6:14: jobs.rules.0.name: a is also the name of a scoring rule'),
      'jobs.url: missing; jobs.rules need the address of a batch API',
    ]);
  });
});

describe('job rules', () => {
  const jobs = (...lines: readonly string[]) =>
    `jobs:\n  url: http://localhost:1/v1\n  rules:\n    - name: judge\n      job_id: job-1\n      model: m\n${lines.map((line) => `      ${line}`).join('\n')}`;
  const bodyOf = (...lines: readonly string[]) => {
    const [rule] = load({ yaml: jobs(...lines) }).config.jobs.rules;
    return rule?.body.type === 'object' ? Object.fromEntries(rule.body.members) : undefined;
  };

  it('are read from YAML, with what is usual for the rest', () => {
    const [rule] = load({ yaml: jobs('prompt: "Is {{output}} good?"') }).config.jobs.rules;
    expect(rule).toMatchObject({
      name: 'judge',
      jobId: 'job-1',
      model: 'm',
      endpoint: '/v1/chat/completions',
      completionWindow: 'unlimited',
      flush: { maxRequests: 50_000, maxBytes: 190_000_000, maxWaitMs: 3_600_000 },
      attempts: 3,
      writeBack: { as: 'feedback', scorer: null },
    });
  });

  const prompt = { type: 'text', template: ['Is it?'] };

  it.each([
    [
      '/v1/chat/completions',
      {
        messages: {
          type: 'list',
          items: [
            {
              type: 'object',
              members: [
                ['role', { type: 'text', template: ['user'] }],
                ['content', prompt],
              ],
            },
          ],
        },
      },
    ],
    ['v1/responses', { input: prompt }],
    ['/v1/embeddings', { input: prompt }],
    ['/v1/completions', { prompt }],
  ])('put the prompt where %s has its place, beside the body and the model', (endpoint, place) => {
    const body = bodyOf(`endpoint: ${endpoint}`, 'prompt: Is it?', `body: '{"temperature": 0}'`);
    expect(body).toEqual({
      ...place,
      temperature: { type: 'value', value: 0 },
      model: { type: 'text', template: ['m'] },
    });
  });

  it('take a whole body instead of a prompt', () => {
    expect(bodyOf(`body: '{"messages": "{{inputs.messages}}"}'`)).toMatchObject({ messages: { type: 'text' } });
  });

  it('take a provider that has no jobs, a scorer to write as, and calls of their own', () => {
    const rules = (more: string) =>
      load({ yaml: jobs('prompt: x', more).replace('job-1', 'none') }).config.jobs.rules[0];
    expect(rules('')?.jobId).toBeNull();
    expect(rules(`write_back: {as: feedback, scorer: "${SCORER}"}`)?.writeBack).toEqual({
      as: 'feedback',
      scorer: SCORER,
    });
    expect(rules('write_back: {as: rerun}')?.writeBack).toEqual({ as: 'rerun' });
  });

  it.each<[string, readonly string[], string]>([
    ['no prompt', [], '4:7: jobs.rules.0.prompt: missing; or give body a messages'],
    [
      'a place that calls do not have',
      ['prompt: "{{outputs.x}}"'],
      '7:15: jobs.rules.0.prompt: calls have no outputs.x',
    ],
    [
      'a placeholder that is none',
      ['prompt: "{{op name}}"'],
      '7:15: jobs.rules.0.prompt: {{op name}} is no placeholder',
    ],
    ['a body that is no JSON', ['body: "messages: x"'], '7:13: jobs.rules.0.body: must be a JSON object'],
    [
      'an endpoint',
      ['prompt: x', 'endpoint: /v1/images'],
      '8:17: jobs.rules.0.endpoint: must be one of /v1/chat/completions',
    ],
    [
      'too many requests',
      ['prompt: x', 'flush: {max_requests: 50001}'],
      '8:29: jobs.rules.0.flush.max_requests: a whole number from 1 to 50000',
    ],
    ['a way to write back', ['prompt: x', 'write_back: {as: email}'], '8:24: jobs.rules.0.write_back.as: '],
  ])('tell where there is %s', (_, lines, problem) => {
    expect(problemsOf({ yaml: jobs(...lines) })).toEqual([expect.stringContaining(`bridge.yaml:${problem}`)]);
  });

  it('need a batch API, and other names than scoring rules', () => {
    const yaml = `${jobs('prompt: x').replace('  url: http://localhost:1/v1\n', '')}\nscoring:\n  - {name: judge, scorers: [${SCORER}]}`;
    expect(problemsOf({ yaml })).toEqual([
      'bridge.yaml:3:13: jobs.rules.0.name: judge is also the name of a scoring rule',
      'jobs.url: missing; jobs.rules need the address of a batch API',
    ]);
  });

  it('take key and address from the variables of the provider', () => {
    const env = { IMPALA_API_KEY: 'secret', IMPALA_BASE_URL: 'https://impala.example/v1' };
    const { jobs: config } = load({ env }).config;
    expect([config.url, config.api_key?.reveal()]).toEqual(['https://impala.example/v1', 'secret']);
  });
});

describe('a pattern of a rule', () => {
  it.each([
    '^chat',
    'a.*b',
    '^a.*b.*c',
    '(foo|bar)-\\d+',
    '[*+]+x',
    'https?://',
    '\\(a+\\)',
    '(?:ab){3}',
    'x{2,5}',
    'a+?b',
  ])('%s is quick enough', (pattern) => {
    expect(readPattern(pattern)).toEqual({ status: 'ok', pattern: new RegExp(pattern) });
  });

  it.each([
    ['(a+)+', 'repetition within'],
    ['(a|ab)*', 'repetition within'],
    ['((a?){20}){20}', 'repetition within'],
    ['(x(a+)y)+', 'repetition within'],
    ['a.*b.*c', 'too many'],
    ['.*a.*b', 'too many'],
    ['a.*b.*c.*d', 'too many'],
    ['a{1,900}b{1,900}c{1,900}', 'too many'],
    [`${'a?'.repeat(30)}b`, 'too many'],
    ['(a)\\1', 'refers back'],
    ['a(?=b)', 'looks ahead'],
    ['(?<!a)b', 'looks ahead'],
    ['x'.repeat(501), 'longer than'],
    ['[', 'Invalid'],
  ])('%s is refused', (pattern, why) => {
    expect(readPattern(pattern)).toEqual({ status: 'bad', message: expect.stringContaining(why) });
  });

  it('takes flags as JavaScript writes them', () => {
    expect(readPattern('/^CHAT/i')).toEqual({ status: 'ok', pattern: /^CHAT/i });
  });
});
