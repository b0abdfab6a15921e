import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const JUMPING_CLOCK = join(import.meta.dirname, 'jumping-clock.ts');
const KEPT_LINES = 50;

export interface BridgeSettings {
  readonly dir: string;
  readonly weaveUrl: string;
  readonly keyFile: string;
  /** More options, as `path=value`; they count before those that every life has. */
  readonly set?: readonly string[];
}

/** Where a bridge listens: the same for all its lives, for its senders know no other. */
export interface Ports {
  readonly http: number;
  readonly grpc: number;
}

export interface Metrics {
  /** The sum over all labels, or over those with this in them; 0 where it is not there. */
  of(name: string, label?: string): number;
}

/** One life of `otel-weave serve`. */
export interface Life {
  /** Rejects where it ends before it is ready. */
  ready(): Promise<void>;
  /** Rejects while the bridge is not there. */
  metrics(): Promise<Metrics>;
  /** As the kernel kills. */
  kill(): Promise<void>;
  /** Asks it to stop; answers its exit code, null where a signal ended it. */
  stop(): Promise<number | null>;
  /** The last lines of its log. */
  log(): string;
}

/** What is the matter with the machine in one life. */
export interface Ailments {
  /** No file that the bridge writes may grow beyond that, as on a full disk. */
  readonly maxFileKib?: number;
  /** The wall clock jumps; the seed says how far and when. */
  readonly clockSeed?: number;
}

export function startBridge(settings: BridgeSettings, ports: Ports, { maxFileKib, clockSeed }: Ailments = {}): Life {
  const { dir, weaveUrl, keyFile, set: more = [] } = settings;
  // The local Weave reads four times its limit of a body before it hangs up without a word: batches stay below that.
  const set = [
    ...['weave.timeout=1s', 'retry.initial=20ms', 'retry.max=500ms', 'shutdown.timeout=1s'],
    ...[
      'batch.max_calls=100',
      'batch.max_bytes=512KiB',
      'batch.max_wait=20ms',
      'queue.max_size=1GiB',
      'receive.max_body=16MiB',
    ],
    ...[`weave.url=${weaveUrl}`, `weave.api_key_file=${keyFile}`, `queue.dir=${join(dir, 'queue')}`],
    ...['telemetry.health=localhost:0', 'telemetry.metrics=localhost:0', 'telemetry.log_level=warn'],
    ...[`receive.http.endpoint=localhost:${ports.http}`, `receive.grpc.endpoint=localhost:${ports.grpc}`],
    ...more,
  ].flatMap((assignment) => ['--set', assignment]);
  const clock = clockSeed === undefined ? [] : ['--import', JUMPING_CLOCK];
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', ...clock, MAIN, 'serve', ...set];
  // What POSIX asks `ulimit -f` to count in is half a KiB.
  const limit = maxFileKib === undefined ? '' : `ulimit -f ${maxFileKib * 2}; `;
  const child = spawn('/bin/sh', ['-c', `${limit}exec "$0" "$@"`, ...command], {
    env: { PATH: process.env['PATH'], HOME: dir, ...COMPILE_CACHE, CHAOS_CLOCK_SEED: String(clockSeed) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  void ended.then(() => process.off('exit', takeAlong));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  });
  const addresses = readyOf(child, ended);
  // Whoever does not wait for it has no use for its failure either.
  addresses.catch(() => undefined);

  return {
    ready: () => addresses.then(() => undefined),
    async metrics() {
      const { metrics } = await addresses;
      const text = await (await fetch(`http://${metrics}/metrics`)).text();
      return {
        of(name, label = '') {
          const labels = label === '' ? '(?:\\{.*\\})?' : `\\{.*${label}.*\\}`;
          const samples = text.matchAll(new RegExp(`^otelweave_${name}${labels} (\\d+)$`, 'gm'));
          return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
        },
      };
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return code;
    },
    log: () => lines.join('\n'),
  };
}

async function readyOf(child: ChildProcess, ended: Promise<unknown>): Promise<Readonly<Record<string, string>>> {
  if (child.stdout === null) throw new Error('the bridge has no stdout');
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const [text] = await Promise.race([
    line,
    ended.then(() => {
      throw new Error('the bridge ended before it was ready');
    }),
  ]);
  return JSON.parse(text);
}
