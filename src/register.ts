/**
 * Zero code: `node --import otel-weave-bridge/register app.js`, or `--require`. No top-level await, so that it can be
 * required.
 */
import { join } from 'node:path';
import * as threads from 'node:worker_threads';
import * as api from '@opentelemetry/api';
import { systemSources } from './config/sources.ts';
import { startInApp } from './in-app/in-app.ts';
import { createDiagLog } from './otel/diag-log.ts';
import type { ApiCopy } from './register/api-copies.ts';
import { createAppPackages } from './register/app-packages.ts';
import { register } from './register/register.ts';
import { flushOnSignals } from './register/signals.ts';

// Node runs what is preloaded with `--require` in the thread of its loader hooks, too. By way of the module, since a Node that
// is too old has no such name, and would not start the app at all.
if (!threads.isInternalThread && systemSources().env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true') {
  let phase: 'running' | 'exiting' = 'running';
  process.once('exit', () => {
    phase = 'exiting';
  });
  // As a warning of Node's, since a new user has no logger behind `diag` yet. Node shows none any more while it exits.
  const log = createDiagLog((line) => {
    if (phase === 'running') process.emitWarning(line, 'OtelWeaveBridge');
    else process.stderr.write(`OtelWeaveBridge: ${line}\n`);
  });
  const inApp = startInApp({}, { log });
  if (inApp.status === 'on') {
    const packages = createAppPackages(process.argv[1] ?? join(process.cwd(), 'app.js'));
    const required = packages.load('@opentelemetry/api') as ApiCopy | undefined;
    register({
      // The one for `require` first: the SDK is loaded with it.
      copies: required && required.trace !== api.trace ? [required, api] : [api],
      packages,
      processor: {
        onStart: inApp.started,
        onEnd: inApp.ended,
        forceFlush: () => inApp.flush(),
        shutdown: inApp.shutdown,
      },
      log,
    });
    flushOnSignals({ host: process, flush: inApp.flush, shutdown: inApp.shutdown });
  }
}
