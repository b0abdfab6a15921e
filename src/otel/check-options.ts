import { nearest } from '../config/nearest.ts';
import type { WeaveOptions } from './options.ts';

type Kind = 'string' | 'number' | 'boolean' | 'function' | 'object' | 'list';

/** What each option may be: the compiler asks for all of them. */
const KINDS: Readonly<Record<keyof WeaveOptions, readonly Kind[]>> = {
  project: ['string'],
  url: ['string'],
  apiKey: ['string'],
  exportMode: ['string'],
  shouldExportSpan: ['function'],
  mask: ['function'],
  captureContent: ['boolean'],
  scoring: ['list'],
  live: ['boolean', 'object'],
  spoolDir: ['string'],
  maxExportBatchSize: ['number'],
  scheduledDelayMillis: ['number'],
  maxQueueSize: ['number'],
  maxQueueBytes: ['number'],
  timeoutMillis: ['number'],
  exportTimeoutMillis: ['number'],
  shutdownTimeoutMillis: ['number'],
  headers: ['object'],
  proxy: ['string'],
  ca: ['string', 'object', 'list'],
  agent: ['object'],
};

/** Without one of them spans would go to somebody else. */
const DESTINATION: ReadonlySet<string> = new Set(['project', 'url', 'apiKey']);
/** They keep something back, and must not let it go for being mistaken: whoever asks them takes that for a no. */
const GUARDS: ReadonlySet<string> = new Set(['shouldExportSpan', 'mask', 'captureContent']);

export type CheckedOptions =
  | { readonly status: 'usable'; readonly options: WeaveOptions; readonly warnings: readonly string[] }
  | { readonly status: 'misdirected'; readonly reason: string };

/** What JavaScript hands over, since nothing else tells of a slip: null counts as left out, and what can be no option is. */
export function checkOptions(given: object): CheckedOptions {
  const usable: [string, unknown][] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const kind = kindOf(value);
    if (!isOption(name)) {
      const meant = nearest(name, Object.keys(KINDS));
      const hint = meant === undefined ? '' : ` (is it ${meant} that is meant?)`;
      warnings.push(`There is no option ${name}: it is left out${hint}`);
      continue;
    }
    const isUsable = KINDS[name].some((allowed) => allowed === kind);
    const problem = `the option ${name} is to be ${KINDS[name].map(one).join(' or ')}, and is ${one(kind)}`;
    if (!isUsable && DESTINATION.has(name)) return { status: 'misdirected', reason: problem };
    if (isUsable || GUARDS.has(name)) usable.push([name, value]);
    if (!isUsable)
      warnings.push(`T${problem.slice(1)}: ${GUARDS.has(name) ? 'nothing gets past it' : 'it is left out'}`);
  }
  return { status: 'usable', options: Object.fromEntries(usable), warnings };
}

function isOption(name: string): name is keyof WeaveOptions {
  return Object.hasOwn(KINDS, name);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

const one = (kind: string) => `${kind === 'object' ? 'an' : 'a'} ${kind}`;
