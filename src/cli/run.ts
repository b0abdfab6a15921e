import { BridgeError, ERRORS, type ErrorCode } from '../core/errors.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { deadLetters } from './dead-letters.ts';
import { dev } from './dev.ts';
import { explain } from './explain.ts';
import type { Host } from './host.ts';
import { jobs } from './jobs.ts';
import { pipe } from './pipe.ts';
import { rules } from './rules.ts';
import { serve } from './serve.ts';
import { validate } from './validate.ts';

/** Runs one command. Resolves to the exit code; rejects only where the bridge itself is at fault. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  try {
    await runCommand(parseArguments(argv), host);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof BridgeError)) throw thrown;
    return tell(thrown.code, thrown.message, host);
  }
}

function runCommand(parsed: Arguments, host: Host): Promise<void> {
  switch (parsed.command) {
    case 'serve':
      return serve(parsed, host);
    case 'dev':
      return dev(parsed, host);
    case 'pipe':
      return pipe(parsed, host);
    case 'explain':
      return explain(parsed, host);
    case 'jobs':
      return jobs(parsed, host);
    case 'rules':
      return rules(parsed, host);
    case 'dead-letters':
      return deadLetters(parsed, host);
    case 'validate':
      return validate(parsed, host);
    case 'show':
      host.stdout.write(parsed.text);
      return Promise.resolve();
    case 'misused':
      throw new BridgeError('USAGE', parsed.message);
  }
}

/** Says what happened and what to do about it. */
function tell(code: ErrorCode, message: string, host: Host): number {
  const { exitCode, todo } = ERRORS[code];
  host.stderr.write(`${message}\n${todo}\n`);
  return exitCode;
}
