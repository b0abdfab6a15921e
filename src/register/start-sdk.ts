import { ProxyTracerProvider, type TracerProvider } from '@opentelemetry/api';
import type { Log } from '../core/log.ts';
import type { SpanProcessorLike } from './add-processor.ts';
import { type ApiCopy, registeredProvider } from './api-copies.ts';
import type { AppPackages } from './app-packages.ts';
import { hookImports } from './esm-hook.ts';
import { findInstrumentations } from './instrumentations.ts';
import { createTracerSwitch } from './tracer-switch.ts';

const SDK = '@opentelemetry/sdk-node';
/** Part of the API itself since 1.10. */
const LOGS_API = '@opentelemetry/api-logs';

interface NodeSdkLike {
  start(): void;
}

export interface StartedSdk {
  /** The app has a provider of its own: every tracer goes over to it, and what was instrumented here is silent. */
  giveWay(to: TracerProvider): void;
}

/**
 * Sets up tracing with the SDK that the app has installed, configured by `OTEL_*` as it always is, and with every
 * instrumentation that is installed. Undefined where there is no SDK.
 */
export function startSdk(
  packages: AppPackages,
  copies: readonly ApiCopy[],
  processor: SpanProcessorLike,
  log: Log,
): StartedSdk | undefined {
  const NodeSdk: unknown = Reflect.get(Object(packages.load(SDK)), 'NodeSDK');
  const [api] = copies;
  if (typeof NodeSdk !== 'function' || api === undefined) return undefined;

  // None of the other signals: the app has not asked for them.
  const settings = { spanProcessors: [processor], instrumentations: [], metricReaders: [], logRecordProcessors: [] };
  (Reflect.construct(NodeSdk, [settings]) as NodeSdkLike).start();
  for (const logs of [Reflect.get(api, 'logs'), Reflect.get(Object(packages.load(LOGS_API)), 'logs')]) disable(logs);
  const provider = registeredProvider(api);
  if (provider === undefined) return undefined; // OTEL_SDK_DISABLED

  const everyTracer = createTracerSwitch(provider);
  api.trace.disable();
  api.trace.setGlobalTracerProvider(everyTracer);

  const ownTracers = createTracerSwitch(provider);
  const found = findInstrumentations(packages, log);
  for (const instrumentation of found.instrumentations) instrumentation.setTracerProvider(ownTracers);
  hookImports(packages, found, log);

  return {
    giveWay(to) {
      everyTracer.to(to);
      ownTracers.to(new ProxyTracerProvider());
      for (const instrumentation of found.instrumentations) instrumentation.disable();
    },
  };
}

/** The SDK has registered a provider of logs, too, although there is none to be: the app may want to. */
function disable(logs: unknown): void {
  const run: unknown = typeof logs === 'object' && logs !== null ? Reflect.get(logs, 'disable') : undefined;
  if (typeof run === 'function') run.call(logs);
}
