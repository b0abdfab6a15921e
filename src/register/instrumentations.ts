import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AppPackages } from './app-packages.ts';

/** An OpenTelemetry instrumentation, as far as it is used: https://github.com/open-telemetry/opentelemetry-js (Instrumentation) */
export interface Instrumentation {
  readonly instrumentationName: string;
  enable(): void;
  disable(): void;
  setTracerProvider(provider: object): void;
}

export interface Found {
  /** Each is enabled: they patch what is loaded from now on. */
  readonly instrumentations: readonly Instrumentation[];
  /** The package that each comes from. */
  readonly packages: ReadonlyMap<Instrumentation, string>;
}

const AUTO = '@opentelemetry/auto-instrumentations-node';

/** Instrumentations that an app lists in its package.json: OpenInference, OpenLLMetry, official ones. */
const LISTED =
  /^(@arizeai\/openinference-instrumentation-|@traceloop\/instrumentation-|@opentelemetry\/instrumentation-)/;

/** Makes every instrumentation that the app has installed, each once. One that fails is left out, and said so. */
export function findInstrumentations(packages: AppPackages, log: Log): Found {
  const found = new Map<string, Instrumentation>();
  const origins = new Map<Instrumentation, string>();

  function add(instrumentation: Instrumentation, origin: string): void {
    if (found.has(instrumentation.instrumentationName)) {
      instrumentation.disable();
      return;
    }
    found.set(instrumentation.instrumentationName, instrumentation);
    origins.set(instrumentation, origin);
  }

  function tryTo(name: string, run: () => void): void {
    try {
      run();
    } catch (thrown) {
      log.warn('An instrumentation could not be set up.', { package: name, reason: messageOf(thrown) });
    }
  }

  tryTo(AUTO, () => {
    const getAll: unknown = Reflect.get(Object(packages.load(AUTO)), 'getNodeAutoInstrumentations');
    if (typeof getAll === 'function') for (const one of getAll() as readonly Instrumentation[]) add(one, AUTO);
  });
  for (const name of packages.dependencies().filter((dependency) => LISTED.test(dependency))) {
    tryTo(name, () => {
      for (const Constructor of constructorsOf(packages.load(name))) add(new Constructor(), name);
    });
  }
  return { instrumentations: [...found.values()], packages: origins };
}

/** Exported classes that make instrumentations. A package may export one under two names. */
function constructorsOf(exported: unknown): ReadonlySet<new () => Instrumentation> {
  const classes = Object.values(Object(exported)).filter(
    (value): value is new () => Instrumentation =>
      typeof value === 'function' &&
      typeof value.prototype?.enable === 'function' &&
      typeof value.prototype.setTracerProvider === 'function',
  );
  return new Set(classes);
}
