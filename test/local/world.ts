import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, type LocalWeaveSettings, startLocalWeave } from '../../src/local/local-weave.ts';

export const PROJECT = 'acme/shop';
export const COMPLETE = `/v2/${PROJECT}/calls/complete`;
export const TRACE = 'a'.repeat(32);
export const ID = '00000000000000aa';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly body: unknown;
}

export interface World extends LocalWeave {
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Writes complete calls and expects that this works. */
  write(...calls: readonly object[]): Promise<void>;
  /** The call as `/call/read` shows it; null where there is none. */
  read(id: string): Promise<Record<string, unknown> | null>;
  /** What `/calls/stream_query` answers, line by line. */
  query(body?: object): Promise<readonly Record<string, unknown>[]>;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server in memory, unless a file is given; it is closed after the test. */
export async function startWorld(settings: Partial<LocalWeaveSettings> = {}): Promise<World> {
  const weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: '127.0.0.1', port: 0, file: ':memory:', ...settings },
  );
  cleanups.push(() => weave.close());
  return { ...weave, ...client(weave.url) };
}

export function client(url: string): Pick<World, 'post' | 'get' | 'write' | 'read' | 'query'> {
  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
  }
  const post: World['post'] = (path, body, headers = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    post,
    get: (path, headers = {}) => send(path, { headers }),
    async write(...calls) {
      const answer = await post(COMPLETE, { batch: calls });
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    },
    async read(id) {
      const { body } = await post('/call/read', { project_id: PROJECT, id });
      return (body as { call: Record<string, unknown> | null }).call;
    },
    async query(body = {}) {
      const { text } = await post('/calls/stream_query', { project_id: PROJECT, ...body });
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

/** One complete call that Weave accepts. */
export function call(changes: object = {}): Record<string, unknown> {
  return {
    project_id: PROJECT,
    id: ID,
    trace_id: TRACE,
    op_name: 'chat',
    started_at: '2026-11-20T08:00:00.000001Z',
    ended_at: '2026-11-20T08:00:01.500001Z',
    attributes: {},
    inputs: {},
    output: 'fine',
    summary: {},
    ...changes,
  };
}

/** The start of that call, and its end. */
export function start(changes: object = {}): Record<string, unknown> {
  const { ended_at, output, summary, ...fields } = call();
  return { ...fields, ...changes };
}
export function end(changes: object = {}): Record<string, unknown> {
  const { project_id, id, ended_at, output, summary } = call();
  return { project_id, id, ended_at, output, summary, ...changes };
}

/** A 16-digit id that counts up. */
export function idOf(index: number): string {
  return index.toString(16).padStart(16, '0');
}

export async function tempFile(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'local-weave-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return join(dir, name);
}

/** A request with headers that fetch would not let through, such as Host. */
export function rawGet(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
