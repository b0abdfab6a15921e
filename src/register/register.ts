import type { TracerProvider } from '@opentelemetry/api';
import type { Log } from '../core/log.ts';
import { addProcessor, type SpanProcessorLike } from './add-processor.ts';
import { type ApiCopy, registeredProvider, yieldToApp } from './api-copies.ts';
import type { AppPackages } from './app-packages.ts';
import { startSdk } from './start-sdk.ts';

export interface RegisterDeps {
  readonly copies: readonly ApiCopy[];
  readonly packages: AppPackages;
  readonly processor: SpanProcessorLike;
  readonly log: Log;
}

/**
 * Gets spans out of an app that was not changed for it:
 *
 *   it has a provider already             the processor is added
 *   it has none                           tracing is set up with what is installed
 *   it registers one later                the processor is added, and what was set up here gives way
 */
export function register({ copies, packages, processor, log }: RegisterDeps): void {
  const existing = copies.map(registeredProvider).find((provider) => provider !== undefined);
  if (existing !== undefined) {
    add(existing);
    return;
  }
  let started = startSdk(packages, copies, processor, log);
  if (started === undefined) {
    log.warn(
      'There is no OpenTelemetry SDK, and nothing is traced unless the app sets one up: npm install @opentelemetry/sdk-node.',
    );
  }
  yieldToApp(copies, (provider) => {
    started?.giveWay(provider);
    started = undefined;
    add(provider);
  });

  function add(provider: TracerProvider): void {
    if (addProcessor(provider, processor)) return;
    log.warn(
      'The tracer provider of this app takes no further processors: give it a WeaveSpanProcessor when it is made.',
    );
  }
}
