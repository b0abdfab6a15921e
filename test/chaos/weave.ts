import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FaultRule } from '../../src/local/faults.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { type ProjectName, STUCK_PROJECT } from './spans.ts';
import type { Counts, Order, Ready } from './weave-child.ts';

const SCRIPT = join(import.meta.dirname, 'weave-child.ts');
const WRITES = '/v2/';
const WRITE_ROUTE = 'POST /v2/:entity/:project/calls/complete';

/** How Weave treats requests for a while. */
export interface Weather {
  readonly rules: readonly FaultRule[];
  /** The share of connections that are reset. */
  readonly resets: number;
  /** Whether the stuck project is turned away. */
  readonly stuck: boolean;
}

/** A Weave in another process, with weather. */
export interface ChaosWeave {
  readonly url: string;
  /** Changes the weather; answers how often each fault of the one before was met. */
  change(weather: Weather): Promise<ReadonlyMap<string, number>>;
  /** What the front did, and how many requests Weave found too large. */
  counts(): Promise<Counts>;
  /** How many calls there are of each id. */
  calls(project: ProjectName): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

export async function startWeave(file: string, apiKey: string, seed: number): Promise<ChaosWeave> {
  const child = fork(SCRIPT, [file, apiKey, String(seed)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...COMPILE_CACHE },
  });
  const { front, weave } = (await messageOf(child)) as Ready;
  const headers = {
    authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`,
    'content-type': 'application/json',
  };
  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(weave + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  async function order(order: Order): Promise<Counts> {
    child.send(order);
    return (await messageOf(child)) as Counts;
  }
  let resets = 0;

  return {
    url: front,
    async change(weather) {
      const before = (await (await ask('GET', '/local/faults')).json()) as Faults;
      await ask('DELETE', '/local/faults');
      await ask('POST', '/local/faults', { rules: rulesOf(weather) });
      resets = weather.resets;
      await order({ resets });
      return new Map(before.rules.map(({ rule, hits }) => [nameOf(rule), hits]));
    },
    async counts() {
      const { requests } = (await (await ask('GET', '/local/stats')).json()) as Stats;
      const front = await order({ resets });
      return { ...front, 413: (front['413'] ?? 0) + (requests[WRITE_ROUTE]?.answers['413'] ?? 0) };
    },
    async calls(project) {
      const response = await ask('POST', '/calls/stream_query', { project_id: project, columns: ['id'] });
      const counts = new Map<string, number>();
      for (const line of (await response.text()).split('\n')) {
        const id = line === '' ? undefined : (JSON.parse(line) as { readonly id: string }).id;
        if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

interface Stats {
  readonly requests: Readonly<Record<string, { readonly answers: Readonly<Record<string, number>> }>>;
}

interface Faults {
  readonly rules: readonly { readonly rule: FaultRule; readonly hits: number }[];
}

function rulesOf({ rules, stuck }: Weather): readonly FaultRule[] {
  const turnedAway = { path: `${WRITES}${STUCK_PROJECT}/`, status: 403, body: { detail: 'Project not found' } };
  return [...(stuck ? [turnedAway] : []), ...rules.map((rule) => ({ ...rule, path: WRITES }))];
}

function nameOf({ status, hang, cut, path }: FaultRule): string {
  if (path !== WRITES) return `${status} for ${STUCK_PROJECT}`;
  return hang ? 'hang' : cut ? `cut ${cut}` : String(status);
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message');
  return message;
}
