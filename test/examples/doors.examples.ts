/**
 * Every example, installed from npm and started as its README says, against a local Weave and the stand-in for the
 * model: `npm run test:examples`; needs the npm registry.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { StoredCall } from '../support/app-world.ts';
import { installDir, pack } from '../support/npm.ts';
import { outline, tokensOf, toldByModel, toldByWeave } from './conversation.ts';
import { installExample } from './install.ts';
import { run, startWorld } from './world.ts';

/** An install over a slow line, a build of Next.js on a busy machine. */
const EXAMPLE_MS = 300_000;

const dir = installDir();
let tarball: string;
beforeAll(async () => {
  tarball = await pack(dir);
}, EXAMPLE_MS);

type World = Awaited<ReturnType<typeof startWorld>>;

/** Each model call is there once, as the model knows it, and no token twice. */
function expectConversations({ model }: World, calls: readonly StoredCall[]): void {
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  expect(toldByWeave(calls)).toEqual(toldByModel(model.answered));
  const tokens = model.answered.map(({ reply }) => reply.inputTokens + reply.outputTokens);
  expect(tokensOf(calls)).toBe(tokens.reduce((sum, one) => sum + one, 0));
  expect(calls.filter(({ exception }) => exception)).toEqual([]);
}

/** Installs an example. `commands` are what its README says to type, which is what the test does. */
async function prepare(name: string, ...commands: readonly string[]): Promise<string> {
  const dir = await installExample(name, tarball);
  const readme = readFileSync(join(dir, 'README.md'), 'utf8');
  expect(readme).toContain(['```sh', 'npm install', ...commands].join('\n'));
  return dir;
}

describe('an example that runs to its end', () => {
  it.each([
    {
      name: 'node-sdk',
      says: 'You asked: And what is a trace?\n',
      shows: ['talk', '  chat gpt-5-mini', '  chat gpt-5-mini'],
    },
    {
      name: 'vercel-ai-sdk',
      says: 'The tool says: 18 degrees and clear in Lisbon\nYou asked: Say something about Lisbon\n',
      shows: [
        'invoke_agent gpt-5-mini',
        '  step 1',
        '    chat gpt-5-mini',
        '    weather',
        '  step 2',
        '    chat gpt-5-mini',
        'invoke_agent gpt-5-mini',
        '  step 1',
        '    chat gpt-5-mini',
      ],
    },
    {
      name: 'openai',
      says: 'The tool says: 18 degrees and clear\nYou asked: Say something about Lisbon\n',
      shows: ['OpenAI Chat Completions', 'OpenAI Chat Completions', 'OpenAI Responses'],
    },
    {
      name: 'langchain',
      says: 'The tool says: 18 degrees and clear in Lisbon\n',
      shows: ['weather-agent', '  ChatOpenAI', '  weather', '  ChatOpenAI'],
    },
    {
      name: 'aws-lambda',
      says: "{ statusCode: 200, body: 'You asked: What is a span?' }\nKilled\n",
      shows: ['ask', '  OpenAI Responses'],
    },
    { name: 'plain-otlp', says: 'You asked: What is a span?\n', shows: ['chat gpt-5-mini'] },
  ])(
    '$name shows its conversation in Weave',
    async ({ name, says, shows }) => {
      const dir = await prepare(name, 'npm start');
      const world = await startWorld();
      expect(await run('npm start --silent', dir, world.env).ended()).toBe(says);
      const calls = await world.until(({ length }) => length >= shows.length);
      expect(outline(calls)).toEqual(shows);
      expectConversations(world, calls);
    },
    EXAMPLE_MS,
  );
});

describe('an example that serves', () => {
  it(
    'express-zero-code shows its conversation in Weave, and delivers it when it is stopped',
    async () => {
      const dir = await prepare('express-zero-code', 'npm start');
      const world = await startWorld();
      const app = run('npm start --silent', dir, { ...world.env, PORT: '0', OTEL_BSP_SCHEDULE_DELAY: '600000' });
      const url = await app.printed(/http:\/\/localhost:\d+/);
      expect(await (await fetch(`${url}/ask?q=What+is+a+span?`)).text()).toBe('You asked: What is a span?\n');
      app.stop('SIGTERM');
      expect((await app.ended()).split('\n')).toHaveLength(2);
      const calls = await world.calls();
      expect(outline(calls)).toEqual(['GET /ask', '  request handler', '    OpenAI Chat Completions']);
      expectConversations(world, calls);
    },
    EXAMPLE_MS,
  );

  it(
    'nextjs shows its conversation in Weave, delivered by the route alone',
    async () => {
      const dir = await prepare('nextjs', 'npm run build', 'npm start');
      const world = await startWorld();
      const env = { ...world.env, PORT: '0', OTEL_BSP_SCHEDULE_DELAY: '600000' };
      expect(await run('npm run build', dir, env).ended()).toContain('/api/ask');
      const app = run('npm start', dir, env);
      const url = await app.printed(/Local: +(http:\/\/localhost:\d+)/);
      await app.printed(/Ready/);
      expect(await (await fetch(`${url}/api/ask?q=What+is+a+span?`)).text()).toBe('You asked: What is a span?');
      const calls = await world.until((found) => found.some(({ display_name }) => display_name === 'GET /api/ask'));
      app.stop('SIGKILL');
      // The framework's own spans change with its versions.
      const lines = outline(calls).map((line) => line.trim());
      expect(lines).toEqual(expect.arrayContaining(['GET /api/ask', 'invoke_agent gpt-5-mini', 'chat gpt-5-mini']));
      expectConversations(world, calls);
    },
    EXAMPLE_MS,
  );
});
