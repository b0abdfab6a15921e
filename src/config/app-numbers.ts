import type { Environment } from './given.ts';

/** The numbers among the options; named after those of the SDK's own BatchSpanProcessor where it has them. */
export interface NumberOptions {
  /** Most calls in one request; else `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, else 512. */
  readonly maxExportBatchSize?: number | undefined;
  /** How long a span waits for company; else `OTEL_BSP_SCHEDULE_DELAY`, else 1000. */
  readonly scheduledDelayMillis?: number | undefined;
  /** How long `forceFlush` waits at most, and `shutdown` where much is left; else `OTEL_BSP_EXPORT_TIMEOUT`, else 30,000. */
  readonly exportTimeoutMillis?: number | undefined;
  /** Spans that may wait; else `OTEL_BSP_MAX_QUEUE_SIZE`, else as many as `maxQueueBytes` allows. */
  readonly maxQueueSize?: number | undefined;
  /** Memory that waiting spans may take, as estimated; else 64 MiB. What ends beyond it is dropped and counted. */
  readonly maxQueueBytes?: number | undefined;
  /** Longest time for one request to Weave; else 30,000. */
  readonly timeoutMillis?: number | undefined;
  /** How long `shutdown`, or a process that ends, is held up by spans of which Weave takes none; else 5000. */
  readonly shutdownTimeoutMillis?: number | undefined;
}

type Name = keyof NumberOptions;
export type AppNumbers = Readonly<Record<Name, number>>;

interface Row {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly env?: string;
}

const HOUR = 3_600_000;
const MIB = 2 ** 20;

const ROWS: Readonly<Record<Name, Row>> = {
  maxExportBatchSize: { fallback: 512, min: 1, max: 10_000, env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE' },
  scheduledDelayMillis: { fallback: 1000, min: 0, max: HOUR, env: 'OTEL_BSP_SCHEDULE_DELAY' },
  exportTimeoutMillis: { fallback: 30_000, min: 1, max: HOUR, env: 'OTEL_BSP_EXPORT_TIMEOUT' },
  maxQueueSize: { fallback: 2 ** 31 - 1, min: 1, max: 2 ** 31 - 1, env: 'OTEL_BSP_MAX_QUEUE_SIZE' },
  maxQueueBytes: { fallback: 64 * MIB, min: MIB, max: 16 * 1024 * MIB },
  timeoutMillis: { fallback: 30_000, min: 100, max: HOUR },
  shutdownTimeoutMillis: { fallback: 5000, min: 0, max: HOUR },
};

/** A number that is none, or out of range, is warned of; the default takes its place. */
export function appNumbers(
  options: NumberOptions,
  env: Environment,
): { readonly numbers: AppNumbers; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const read = (name: Name): number => {
    const { fallback, min, max, env: variable = '' } = ROWS[name];
    const given = options[name] ?? (env[variable] ? Number(env[variable]) : fallback);
    if (given >= min && given <= max) return given;
    const place = options[name] === undefined ? variable : `The option ${name}`;
    warnings.push(`${place} is out of range: allowed is ${min} to ${max}; ${fallback} is taken`);
    return fallback;
  };
  const names = Object.keys(ROWS) as readonly Name[];
  return { numbers: Object.fromEntries(names.map((name) => [name, read(name)])) as AppNumbers, warnings };
}
