#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=16
/** The process: its signals, its streams, its end. The only file that exits. */
import { setFlagsFromString } from 'node:v8';
import { tooOldNode } from '../config/node-version.ts';
import { systemSources } from '../config/sources.ts';
import { systemClock } from '../core/clock.ts';

const CRASHED = 70;
/** As for a setting that is wrong. */
const CANNOT_RUN = 1;
/** `npm start` hands Ctrl-C on to a child that has had it from the terminal already: two at once are one. */
const ONE_SIGNAL_MS = 250;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// A pattern of the user's (map.redact, map.include, rules) that backtracks without end would stop everything on one
// unlucky text: V8 then turns to an engine that takes linear time.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

// The report that Node writes of a process would hold the keys of its environment.
if (process.report) process.report.excludeEnv = true;

const stop = new AbortController();
let stopAskedMs = 0;

function onSignal(number: number): void {
  const nowMs = systemClock.monotonic();
  if (!stop.signal.aborted) stopAskedMs = nowMs;
  else if (nowMs - stopAskedMs > ONE_SIGNAL_MS) process.exit(128 + number);
  stop.abort();
}

function crash(thrown: unknown): void {
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exit(CRASHED);
}

process.on('SIGINT', () => onSignal(2));
process.on('SIGTERM', () => onSignal(15));
process.on('uncaughtException', crash);
// Whoever read our output may go away without taking the bridge along; a command that only prints listens itself.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// Timers of the bridge keep no process alive, for it may be a guest in an app. Here it is at home, also while all it does is wait.
void systemClock.sleep(LONGEST_TIMER_MS);

const { stdin, stdout, stderr } = process;
const host = { clock: systemClock, sources: systemSources(), stdin, stdout, stderr, stop: stop.signal };
const tooOld = tooOldNode(process.versions.node);
if (tooOld !== undefined) {
  stderr.write(`otel-weave: ${tooOld}\n`);
  process.exit(CANNOT_RUN);
}
// Here and not above: an older Node lacks what it imports.
import('./run.ts')
  .then(({ run }) => run(process.argv.slice(2), host))
  .then((exitCode) => process.exit(exitCode), crash);
