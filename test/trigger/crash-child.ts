/**
 * Run as a process of its own by crash.test.ts: `node crash-child.ts <dir> <url of Weave> feedback|rerun <step> before|after`.
 * A step is named as in `runToTheEnd`, with `#2` for the second time that it is taken. It kills itself at the step.
 */
import { flushCompileCache } from 'node:module';
import { runToTheEnd, type Step } from './crash-run.ts';

// Node does so at the end, which this process does not come to.
flushCompileCache();

const [, , dir = '', url = '', writeBack = '', killStep = '', killWhen = ''] = process.argv;
const taken = new Map<string, number>();

/** Runs a durable step, and dies right before or after it where that was asked for. */
const step: Step = (name, work) => {
  const times = (taken.get(name) ?? 0) + 1;
  taken.set(name, times);
  const isMeant = killStep === (times === 1 ? name : `${name}#${times}`);
  if (isMeant && killWhen === 'before') process.kill(process.pid, 'SIGKILL');
  const result = work();
  if (isMeant && killWhen === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
};

await runToTheEnd({ dir, url, writeBack }, step);
process.exit();
