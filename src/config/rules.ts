import type { Given, Problem, Setting } from './given.ts';
import { namesIn } from './rule-options.ts';
import { formatDuration, formatSize } from './units.ts';

/** Pairs of options of which the first must not be larger than the second. */
const ORDERED = [
  { small: 'retry.initial', large: 'retry.max', format: formatDuration, why: 'waits only grow' },
  { small: 'receive.max_body', large: 'queue.max_size', format: formatSize, why: 'a request must fit into the queue' },
] as const;

/** Checks what no option can know alone. */
export function misordered(settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  return ORDERED.flatMap(({ small, large, format, why }) => {
    const lower = settings.get(small);
    const upper = settings.get(large);
    if (typeof lower?.value !== 'number' || typeof upper?.value !== 'number' || lower.value <= upper.value) return [];
    const message = `${small} (${format(lower.value)}) is larger than ${large} (${format(upper.value)}): ${why}`;
    return [{ place: `${lower.place}, ${upper.place}`, message }];
  });
}

/** Rules are told apart by their names, and jobs need somebody to run them. */
export function wrongRules(given: readonly Given[], settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  const last = (path: string) => given.findLast((one) => one.path === path);
  const jobs = last('jobs.rules');
  const names = namesOf(jobs);
  const others = namesOf(last('scoring'));
  const problems = names.flatMap((name, at): readonly Problem[] => {
    if (name === undefined || !others.includes(name)) return [];
    const place = jobs?.placeOf?.([at, 'name']) ?? jobs?.place ?? '';
    return [{ place, message: `jobs.rules.${at}.name: ${name} is also the name of a scoring rule` }];
  });
  if (names.length === 0 || last('jobs.url') || settings.has('jobs.url')) return problems;
  return [...problems, { place: 'jobs.url', message: 'missing; jobs.rules need the address of a batch API' }];
}

/** As they were given, also of rules in which something else is wrong. */
function namesOf(given: Given | undefined): readonly (string | undefined)[] {
  try {
    const rules: unknown = JSON.parse(given?.text ?? '[]');
    return Array.isArray(rules) ? namesIn(rules) : [];
  } catch {
    return [];
  }
}

/** Certificates and keys come in pairs. */
export function halfTls(settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  return ['weave.tls', 'receive.http.tls', 'receive.grpc.tls'].flatMap((section) => {
    const [cert, key, ca] = ['cert_file', 'key_file', 'client_ca_file'].map((name) =>
      settings.get(`${section}.${name}`),
    );
    const given = cert ?? key ?? ca;
    const missing = [cert ? [] : ['cert_file'], key ? [] : ['key_file']].flat();
    if (given === undefined || missing.length === 0) return [];
    return [{ place: given.place, message: `${section} has no ${missing.join(' and no ')}` }];
  });
}
