import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context, createContextKey, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createTracerSwitch } from '../../src/register/tracer-switch.ts';

const KEY = createContextKey('test');

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

function provider() {
  const exporter = new InMemorySpanExporter();
  const made = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const names = async () => {
    await made.forceFlush();
    return exporter.getFinishedSpans().map(({ name }) => name);
  };
  return { provider: made, exporter, names };
}

describe('a switch of tracers', () => {
  it('lets tracers that were handed out before go over to another provider', async () => {
    const [first, second] = [provider(), provider()];
    const all = createTracerSwitch(first.provider);
    const tracer = all.getTracer('lib', '1.0.0');
    tracer.startSpan('before').end();
    all.to(second.provider);
    tracer.startSpan('after').end();
    expect(await first.names()).toEqual(['before']);
    expect(await second.names()).toEqual(['after']);
    expect(second.exporter.getFinishedSpans()[0]?.instrumentationScope).toMatchObject({
      name: 'lib',
      version: '1.0.0',
    });
  });

  it('starts active spans in each of the three forms', async () => {
    const { provider: target, exporter, names } = provider();
    const tracer = createTracerSwitch(target).getTracer('lib');
    const given = ROOT_CONTEXT.setValue(KEY, 'mine');
    const results = [
      tracer.startActiveSpan('plain', (span) => {
        span.end();
        return trace.getActiveSpan() === span;
      }),
      tracer.startActiveSpan('with options', { kind: SpanKind.CLIENT }, (span) => {
        tracer.startSpan('child').end();
        span.end();
        return 2;
      }),
      tracer.startActiveSpan('with context', {}, given, (span) => {
        span.end();
        return context.active().getValue(KEY);
      }),
    ];
    expect(results).toEqual([true, 2, 'mine']);
    expect(await names()).toEqual(['plain', 'child', 'with options', 'with context']);
    const [, child, parent] = exporter.getFinishedSpans();
    expect(child?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
    expect(parent?.kind).toBe(SpanKind.CLIENT);
  });
});
