import { describe, expect, it } from '@jest/globals';
import { ProxyTracerProvider } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { addProcessor } from '../../src/register/add-processor.ts';

function recorder() {
  const seen: string[] = [];
  const nothing = () => Promise.resolve();
  return {
    seen,
    onStart: () => undefined,
    onEnd: (span: object) => void seen.push(String(Reflect.get(span, 'name'))),
    forceFlush: nothing,
    shutdown: () => {
      seen.push('shutdown');
      return nothing();
    },
  };
}

describe('adding a processor to a provider that exists', () => {
  it.each([
    ['with processors', [recorder()]],
    ['without one', []],
  ])('%s reaches tracers that were made before, and its shutdown, once', async (_what, spanProcessors) => {
    const provider = new TracerProvider({ spanProcessors });
    const tracer = provider.getTracer('early');
    const added = recorder();
    expect(addProcessor(provider, added)).toBe(true);
    expect(addProcessor(provider, added)).toBe(true);
    tracer.startSpan('span').end();
    await provider.shutdown();
    expect(added.seen).toEqual(['span', 'shutdown']);
  });

  it('says so where the provider is of another kind', () => {
    expect(addProcessor(new ProxyTracerProvider(), recorder())).toBe(false);
  });
});
