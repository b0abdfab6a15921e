import type { Environment, Given } from './given.ts';
import { nearest } from './nearest.ts';
import { ALL_OPTIONS } from './options.ts';

/** Reads the environment. An empty variable counts as not set, as everywhere in OpenTelemetry. */
export function readEnvironment(env: Environment): readonly Given[] {
  return ALL_OPTIONS.flatMap(({ path, env: name, option }): Given[] => {
    const text = env[name];
    if (text) return [{ path, text, place: name }];
    const otherText = option.envElse && env[option.envElse.name];
    if (!option.envElse || !otherText) return [];
    return [{ path, text: option.envElse.convert(otherText), place: option.envElse.name, shown: otherText }];
  });
}

/**
 * Variables that look like a slip of the pen. Not errors: Kubernetes sets `OTEL_WEAVE_SERVICE_HOST` and the like
 * by itself where a service is called `otel-weave`.
 */
export function misspelledVariables(env: Environment): readonly string[] {
  const known = ALL_OPTIONS.map((option) => option.env);
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith('OTEL_WEAVE_') || known.includes(name)) return [];
    const meant = nearest(name, known);
    return meant ? [`environment variable ${name} is not known; did you mean ${meant}?`] : [];
  });
}
