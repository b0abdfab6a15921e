// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config file's own syntax
import { describe, expect, it } from '@jest/globals';
import { load, problemsOf, type World } from './world.ts';

describe('one bad value', () => {
  it.each<[World, string]>([
    [
      { yaml: 'weave:\n  timeout: 30' },
      'bridge.yaml:2:12: weave.timeout is "30"; allowed: a duration from 100ms to 1h, such as 200ms, 30s or 5m',
    ],
    [
      { yaml: 'queue:\n  max_size: 1GB' },
      'bridge.yaml:2:13: queue.max_size is "1GB"; allowed: a size from 1MiB to 1TiB, such as 512KiB, 64MiB or 1GiB',
    ],
    [
      { env: { WEAVE_PROJECT: 'bots' } },
      'WEAVE_PROJECT: weave.project is "bots"; allowed: a W&B project as entity/project',
    ],
    [
      { env: { WANDB_BASE_URL: 'acme' } },
      'WANDB_BASE_URL: weave.url is "acme"; allowed: an http or https URL without credentials or query',
    ],
    [
      { input: { flags: { '--http': '4318' } } },
      '--http: receive.http.endpoint is "4318"; allowed: host:port, [ipv6]:port or :port, with port 0 for a free one',
    ],
    [
      { input: { flags: { '--log-level': 'loud' } } },
      '--log-level: telemetry.log_level is "loud"; allowed: one of debug, info, warn, error',
    ],
    [
      { input: { set: ['batch.max_calls=0'] } },
      '--set batch.max_calls: batch.max_calls is "0"; allowed: a whole number from 1 to 10000',
    ],
    [{ input: { set: ['queue.fsync=yes'] } }, '--set queue.fsync: queue.fsync is "yes"; allowed: true or false'],
    [{ input: { set: ['queue.dir='] } }, '--set queue.dir: queue.dir is ""; allowed: a path'],
  ])('%j', (world, problem) => expect(problemsOf(world)).toEqual([problem]));
});

describe('a slip of the pen', () => {
  it.each<[World, string]>([
    [{ yaml: 'weave:\n  projct: a/b' }, 'bridge.yaml:2:3: unknown option weave.projct; did you mean project?'],
    [{ yaml: 'recieve: {}' }, 'bridge.yaml:1:1: unknown option recieve; did you mean receive?'],
    [
      { yaml: 'receive: {amqp: {}}' },
      'bridge.yaml:1:11: unknown option receive.amqp; allowed: http, grpc, kafka, auth, max_body',
    ],
    [{ input: { set: ['queue.dri=x'] } }, '--set: unknown option queue.dri; did you mean queue.dir?'],
    [{ input: { set: ['queue.dir'] } }, '--set queue.dir: a value is missing: --set queue.dir=…'],
  ])('%j', (world, problem) => expect(problemsOf(world)).toEqual([problem]));

  it('in a variable is a warning, for others may own the name', () => {
    const env = {
      OTEL_WEAVE_QUEUE_DIRR: 'x',
      OTEL_WEAVE_SERVICE_HOST: '10.0.0.1',
      OTEL_WEAVE_PORT_4318_TCP: 'tcp://…',
    };
    expect(load({ env }).warnings).toEqual([
      'environment variable OTEL_WEAVE_QUEUE_DIRR is not known; did you mean OTEL_WEAVE_QUEUE_DIR?',
    ]);
  });
});

it('does not take a key of every object for an option', () => {
  expect(problemsOf({ yaml: '__proto__: {a: 1}\nconstructor: {b: 2}' })).toEqual([
    expect.stringContaining('unknown option __proto__; allowed: weave, '),
    expect.stringContaining('unknown option constructor; allowed: weave, '),
  ]);
});

it('takes no value longer than 4096 characters', () => {
  expect(load({ env: { OTEL_WEAVE_QUEUE_DIR: 'x'.repeat(4096) } }).config.queue.dir).toHaveLength(4096);
  const [problem = ''] = problemsOf({ env: { OTEL_WEAVE_QUEUE_DIR: 'x'.repeat(4097) } });
  expect(problem).toContain('queue.dir is "xxx');
  expect(problem.length).toBeLessThan(200);
});

describe('a file of the wrong shape', () => {
  it.each<[string, string, RegExp]>([
    ['a section that is a value', 'weave: here', /^bridge\.yaml:1:8: weave must be a section with url, api_key/],
    ['a value that is a section', 'queue: {dir: {a: b}}', /^bridge\.yaml:1:14: queue\.dir must be a single value$/],
    ['a list at the top', '- a', /^bridge\.yaml:1:1: the file must be a section with weave, receive/],
    ['broken YAML', 'weave: {url: [', /^bridge\.yaml:1:15: /],
    ['a key twice', 'queue: {dir: a, dir: b}', /^bridge\.yaml:1:17: Map keys must be unique$/],
    [
      'a variable that is not set',
      'queue: {dir: "${env:NO}"}',
      /^bridge\.yaml:1:14: queue\.dir: environment variable NO is not set/,
    ],
    [
      'an expression of another kind',
      'queue: {dir: "${file:x}"}',
      /^bridge\.yaml:1:14: queue\.dir: \$\{file:x\} is not understood/,
    ],
    ['an expression without an end', 'queue: {dir: "${env:X"}', /is not understood; allowed: \$\{env:NAME\}/],
  ])('%s', (_, yaml, problem) => expect(problemsOf({ yaml })).toContainEqual(expect.stringMatching(problem)));

  it.each(['', '# nothing yet\n', 'weave:\n', 'weave: {project: ~}\nqueue: null'])(
    '%j is a file that sets nothing',
    (yaml) => expect(load({ yaml }).config).toEqual(load({}).config),
  );

  it('is told when it is not there', () => {
    expect(problemsOf({ input: { file: 'gone.yaml' } })).toEqual(['--config: cannot read gone.yaml: no such file']);
  });
});

it('tells all problems of all sources together, overridden values too', () => {
  const problems = problemsOf({
    yaml: 'weave:\n  url: ftp://x\nbatch:\n  max_call: 3\n  max_wait: soon',
    env: { OTEL_WEAVE_QUEUE_FSYNC: '1', WEAVE_PROJECT: 'x' },
    input: { flags: { '--project': 'a/b', '--http': 'nowhere' }, set: ['a.b=c'], keyNeeded: true },
  });
  const places = problems.map((problem) => problem.split(': ')[0]).sort();
  expect(places).toEqual(
    [
      '--http',
      '--set',
      'OTEL_WEAVE_QUEUE_FSYNC',
      'WEAVE_PROJECT',
      'bridge.yaml:2:8',
      'bridge.yaml:4:3',
      'bridge.yaml:5:13',
      'weave.api_key',
    ].sort(),
  );
});

it.each([
  [
    ['retry.initial=1m', 'retry.max=30s'],
    '--set retry.initial, --set retry.max: retry.initial (1m) is larger than retry.max (30s): waits only grow',
  ],
  [
    ['queue.max_size=1MiB'],
    'default of receive.max_body, --set queue.max_size: receive.max_body (64MiB) is larger than queue.max_size (1MiB): a request must fit into the queue',
  ],
])('compares options with each other: %j', (set, problem) => expect(problemsOf({ input: { set } })).toEqual([problem]));

describe('secrets in problem reports', () => {
  it.each<[string, World]>([
    ['a key that is none', { env: { WANDB_API_KEY: 'my secret key' } }],
    ['a key in the file', { yaml: 'weave: {api_key: "my secret key"}' }],
    ['credentials in a URL', { env: { WF_TRACE_SERVER_URL: 'https://me:my secret key@host' } }],
    ['a variable in the wrong place', { yaml: 'weave: {project: "${env:KEY}"}', env: { KEY: 'my secret key' } }],
  ])('%s is not shown', (_, world) => {
    const [problem] = problemsOf(world);
    expect(problem).toContain('allowed: ');
    expect(problem).not.toContain('secret key');
  });
});
