import type { TracerProvider } from '@opentelemetry/api';

/** What the SDK 2.x and 3.x call a SpanProcessor. */
export interface SpanProcessorLike {
  onStart(span: object, parentContext: unknown): void;
  onEnd(span: object): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Adds a processor to a provider that is set up already. The SDK has no way for that since 2.0; its own list, which every
 * tracer reads at each span, has kept its place in all of 1.x, 2.x and 3.x. False where this is another kind of provider.
 */
export function addProcessor(provider: TracerProvider, processor: SpanProcessorLike): boolean {
  const processors = memberOf(memberOf(provider, '_activeSpanProcessor'), '_spanProcessors');
  if (!Array.isArray(processors)) return false;
  if (!processors.includes(processor)) processors.push(processor);
  return true;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
