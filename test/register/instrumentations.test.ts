import { describe, expect, it } from '@jest/globals';
import type { AppPackages } from '../../src/register/app-packages.ts';
import { findInstrumentations } from '../../src/register/instrumentations.ts';
import { recordingLog } from '../support/recording-log.ts';

/** An instrumentation class that notes what is done with it. */
function instrumentation(name: string, did: string[] = [], modules: readonly string[] = []) {
  return class {
    readonly instrumentationName = name;
    readonly _modules = modules.map((module) => ({ name: module }));
    constructor() {
      did.push(`made ${name}`);
    }
    enable(): void {}
    setTracerProvider(): void {}
    disable(): void {
      did.push(`disabled ${name}`);
    }
  };
}

function packages(installed: Readonly<Record<string, () => unknown>>): AppPackages {
  return {
    resolve: () => undefined,
    load: (name) => installed[name]?.(),
    dependencies: () => Object.keys(installed),
  };
}

describe('the instrumentations of an app', () => {
  it('are those of the bundle, and those that its package.json names', () => {
    const { instrumentations, packages: origins } = findInstrumentations(
      packages({
        '@opentelemetry/auto-instrumentations-node': () => ({
          getNodeAutoInstrumentations: () => [new (instrumentation('http'))()],
        }),
        '@arizeai/openinference-instrumentation-openai': () => ({
          OpenAIInstrumentation: instrumentation('openinference'),
        }),
        '@traceloop/instrumentation-anthropic': () => ({ AnthropicInstrumentation: instrumentation('traceloop') }),
        '@opentelemetry/instrumentation-openai': () => ({ OpenAIInstrumentation: instrumentation('official') }),
        '@opentelemetry/instrumentation': () => ({ InstrumentationBase: instrumentation('a base class') }),
        express: () => ({ Express: instrumentation('not an instrumentation package') }),
      }),
      recordingLog(),
    );
    expect(instrumentations.map((one) => [one.instrumentationName, origins.get(one)])).toEqual([
      ['openinference', '@arizeai/openinference-instrumentation-openai'],
      ['traceloop', '@traceloop/instrumentation-anthropic'],
      ['official', '@opentelemetry/instrumentation-openai'],
      ['http', '@opentelemetry/auto-instrumentations-node'],
    ]);
  });

  it('are made once each, however often they are exported', () => {
    const did: string[] = [];
    const One = instrumentation('one', did);
    const { instrumentations } = findInstrumentations(
      packages({
        '@opentelemetry/instrumentation-one': () => ({
          One,
          Alias: One,
          helper: () => 1,
          Other: class {},
          VERSION: '1',
        }),
        '@opentelemetry/instrumentation-same': () => ({ Same: instrumentation('one', did) }),
      }),
      recordingLog(),
    );
    expect(instrumentations).toHaveLength(1);
    expect(did).toEqual(['made one', 'made one', 'disabled one']);
  });

  it('that patch the same module are one: the one that is listed, and not the one of the bundle', () => {
    const did: string[] = [];
    const { instrumentations } = findInstrumentations(
      packages({
        '@opentelemetry/auto-instrumentations-node': () => ({
          getNodeAutoInstrumentations: () => [new (instrumentation('official', did, ['openai']))()],
        }),
        '@arizeai/openinference-instrumentation-openai': () => ({
          One: instrumentation('openinference', did, ['openai']),
        }),
      }),
      recordingLog(),
    );
    expect(instrumentations.map(({ instrumentationName }) => instrumentationName)).toEqual(['openinference']);
    expect(did).toEqual(['made openinference', 'made official', 'disabled official']);
  });

  it('do without one that cannot be loaded, and say so', () => {
    const log = recordingLog();
    const { instrumentations } = findInstrumentations(
      packages({
        '@opentelemetry/auto-instrumentations-node': () => JSON.parse('no JSON'),
        '@traceloop/instrumentation-broken': () => {
          throw new Error('wrong Node');
        },
        '@traceloop/instrumentation-fine': () => ({ Fine: instrumentation('fine') }),
      }),
      log,
    );
    expect(instrumentations.map(({ instrumentationName }) => instrumentationName)).toEqual(['fine']);
    expect(log.lines.map(({ fields }) => fields['package'])).toEqual([
      '@traceloop/instrumentation-broken',
      '@opentelemetry/auto-instrumentations-node',
    ]);
  });
});
