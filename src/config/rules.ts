import type { Problem, Setting } from './given.ts';

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
export function wrongRules(settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  const place = settings.get('jobs.rules')?.place ?? '';
  const jobs = namesOf(settings.get('jobs.rules'));
  const twice = namesOf(settings.get('scoring')).filter((name) => jobs.includes(name));
  const problems = twice.map((name) => ({ place, message: `jobs.rules: ${name} is also the name of a scoring rule` }));
  if (jobs.length === 0 || settings.has('jobs.url')) return problems;
  return [...problems, { place: 'jobs.url', message: 'missing; jobs.rules need the address of a batch API' }];
}

function namesOf(setting: Setting | undefined): readonly string[] {
  const rules = (setting?.value ?? []) as readonly { readonly name: string }[];
  return rules.map(({ name }) => name);
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
