import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import { systemClock } from '../../src/core/clock.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Texts of config files by path; there are no others. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
  /** Told of every piece of stderr. */
  readonly onStderr?: (text: string) => void;
}

function collect(onText: (text: string) => void = () => undefined) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      onText(String(chunk));
      done();
    },
  });
  return { stream, text: () => text };
}

/** Runs `otel-weave` inside the test: for all that needs no process of its own. */
export async function runInProcess(args: readonly string[], world: World = {}): Promise<Ran> {
  const stdout = collect();
  const stderr = collect(world.onStderr);
  const code = await run(args, {
    clock: systemClock,
    sources: {
      env: world.env ?? {},
      netrcFile: '',
      readText: (path) => {
        const text = world.files?.[path];
        if (text === undefined) throw new Error('no such file');
        return text;
      },
    },
    stdin: Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    stop: world.stop ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
