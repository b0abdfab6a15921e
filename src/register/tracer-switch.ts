import { type Context, context, type Span, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';

export interface TracerSwitch extends TracerProvider {
  /** From now on every tracer, those handed out before too, makes its spans with this provider. */
  to(provider: TracerProvider): void;
}

/** A provider that stands for another one, and can be made to stand for a third. */
export function createTracerSwitch(first: TracerProvider): TracerSwitch {
  let target = first;
  return {
    to(provider) {
      target = provider;
    },
    getTracer(...names) {
      const startSpan: Tracer['startSpan'] = (...span) => target.getTracer(...names).startSpan(...span);
      return { startSpan, startActiveSpan: activeSpanStarter(startSpan) };
    },
  };
}

/** `startActiveSpan` in its three forms: https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/trace/tracer.ts */
function activeSpanStarter(startSpan: Tracer['startSpan']): Tracer['startActiveSpan'] {
  return (name: string, ...rest: readonly unknown[]) => {
    const run = rest.at(-1) as (span: Span) => unknown;
    const options = rest.length > 1 ? (rest[0] as object) : undefined;
    const parent = (rest.length > 2 ? (rest[1] as Context) : undefined) ?? context.active();
    const span = startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), run as (span: Span) => never, undefined, span);
  };
}
