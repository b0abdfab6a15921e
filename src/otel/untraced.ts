import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The SDK's own key, the same in 2.x and 3.x: `suppressTracing` of @opentelemetry/core sets it. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);

/** Runs what instrumentations must make no spans of; so is all that it awaits, wherever the app has a context manager. */
export function untraced<T>(run: () => T): T {
  return context.with(UNTRACED, run);
}
