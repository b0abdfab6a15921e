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

/** What an instrumentation patches, by the member where its base class keeps it. */
export interface ModuleDefinition {
  readonly name: string;
  readonly patch?: (exported: unknown, version?: string) => unknown;
}

export function definitionsOf(instrumentation: Instrumentation): readonly ModuleDefinition[] {
  const modules: unknown = Reflect.get(instrumentation, '_modules');
  return Array.isArray(modules) ? modules : [];
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

/**
 * Makes every instrumentation that the app has installed. Of two that patch the same module the listed one counts, so that
 * a call is one span. One that fails is left out, and said so.
 */
export function findInstrumentations(packages: AppPackages, log: Log): Found {
  const origins = new Map<Instrumentation, string>();
  const taken = new Set<string>();

  function add(instrumentation: Instrumentation, origin: string): void {
    const modules = definitionsOf(instrumentation).map(({ name }) => name);
    const names = [instrumentation.instrumentationName, ...modules];
    if (names.some((name) => taken.has(name))) {
      instrumentation.disable();
      return;
    }
    for (const name of names) taken.add(name);
    origins.set(instrumentation, origin);
  }

  function tryTo(name: string, run: () => void): void {
    try {
      run();
    } catch (thrown) {
      log.warn('An instrumentation could not be set up.', { package: name, reason: messageOf(thrown) });
    }
  }

  for (const name of packages.dependencies().filter((dependency) => LISTED.test(dependency))) {
    tryTo(name, () => {
      for (const Constructor of constructorsOf(packages.load(name))) add(new Constructor(), name);
    });
  }
  tryTo(AUTO, () => {
    const getAll: unknown = Reflect.get(Object(packages.load(AUTO)), 'getNodeAutoInstrumentations');
    if (typeof getAll === 'function') for (const one of getAll() as readonly Instrumentation[]) add(one, AUTO);
  });
  return { instrumentations: [...origins.keys()], packages: origins };
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
