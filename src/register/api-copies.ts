import type * as Api from '@opentelemetry/api';

/** As much of the API as is taken over: there may be a copy for `import` and one for `require`, with one global state. */
export type ApiCopy = Pick<typeof Api, 'trace' | 'context' | 'propagation'>;

/** The provider that is registered, behind the API's proxy; undefined where there is none. */
export function registeredProvider({ trace }: ApiCopy): Api.TracerProvider | undefined {
  const proxy: unknown = trace.getTracerProvider();
  const getDelegate: unknown =
    typeof proxy === 'object' && proxy !== null ? Reflect.get(proxy, 'getDelegate') : undefined;
  if (typeof getDelegate !== 'function') return undefined;
  const provider = getDelegate.call(proxy) as Api.TracerProvider;
  return provider.constructor.name === 'NoopTracerProvider' ? undefined : provider;
}

/**
 * Calls back when the app registers a provider of its own. What was registered before is ours, and makes room: provider,
 * context manager and propagator, each of which the API would refuse otherwise.
 */
export function yieldToApp(copies: readonly ApiCopy[], onProvider: (provider: Api.TracerProvider) => void): void {
  const ours = new Set(['trace', 'context', 'propagation'] as const);
  for (const { trace, context, propagation } of copies) {
    const { setGlobalTracerProvider } = trace;
    const { setGlobalContextManager } = context;
    const { setGlobalPropagator } = propagation;
    trace.setGlobalTracerProvider = (provider) => {
      if (ours.delete('trace')) trace.disable();
      const isRegistered = setGlobalTracerProvider.call(trace, provider);
      if (isRegistered) onProvider(provider);
      return isRegistered;
    };
    context.setGlobalContextManager = (manager) => {
      if (ours.delete('context')) context.disable();
      return setGlobalContextManager.call(context, manager);
    };
    propagation.setGlobalPropagator = (propagator) => {
      if (ours.delete('propagation')) propagation.disable();
      return setGlobalPropagator.call(propagation, propagator);
    };
  }
}
