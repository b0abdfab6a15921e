import { createRequire, register } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AppPackages } from './app-packages.ts';
import { definitionsOf, type Found, type Instrumentation } from './instrumentations.ts';

const BASE = '@opentelemetry/instrumentation';
const HOOK = 'import-in-the-middle';

type HookConstructor = new (modules: readonly string[], onImport: (exported: unknown) => void) => unknown;

/**
 * Lets instrumentations patch what the app imports as ESM: `require` they patch by themselves. Only the modules that they
 * name are wrapped. Some bring a copy of the hook of their own, which hears nothing of the one that is registered: for
 * these the registered one is asked.
 */
export function hookImports(packages: AppPackages, { instrumentations, packages: origins }: Found, log: Log): void {
  const hook = hookOf(packages, packages.resolve('@opentelemetry/sdk-node'));
  if (hook === undefined) return;
  const include = instrumentations.flatMap(definitionsOf).map(({ name }) => name);
  const builtins = include.map((name) => `node:${name}`);
  try {
    register(pathToFileURL(hook.loader), { data: { include: [...include, ...builtins] } });
    for (const instrumentation of instrumentations) {
      const own = hookOf(packages, packages.resolve(origins.get(instrumentation) ?? ''));
      if (own?.loader !== hook.loader) followImports(instrumentation, hook.main, log);
    }
  } catch (thrown) {
    log.warn('Modules that the app imports cannot be instrumented.', { reason: messageOf(thrown) });
  }
}

/** Applies the patches of an instrumentation to what the registered hook hears of. */
function followImports(instrumentation: Instrumentation, hookFile: string, log: Log): void {
  const Hook = createRequire(hookFile)(hookFile) as HookConstructor;
  for (const { name, patch } of definitionsOf(instrumentation)) {
    new Hook([name], (exported) => {
      try {
        patch?.(exported);
      } catch (thrown) {
        log.warn('A module could not be instrumented.', { module: name, reason: messageOf(thrown) });
      }
    });
  }
}

/** The hook that a package comes to by way of its own `@opentelemetry/instrumentation`. */
function hookOf(packages: AppPackages, from: string | undefined): { main: string; loader: string } | undefined {
  const base = from && packages.resolve(BASE, from);
  const main = base && packages.resolve(HOOK, base);
  return main ? { main, loader: join(dirname(main), 'hook.mjs') } : undefined;
}
