import { nearest } from '../config/nearest.ts';
import type { WeaveOptions } from './options.ts';

/** Each option: the compiler asks for all of them. */
const NAMES: Readonly<Record<keyof WeaveOptions, true>> = {
  project: true,
  url: true,
  apiKey: true,
  exportMode: true,
  shouldExportSpan: true,
  mask: true,
  captureContent: true,
  scoring: true,
  live: true,
  spoolDir: true,
  maxExportBatchSize: true,
  scheduledDelayMillis: true,
  maxQueueSize: true,
  maxQueueBytes: true,
  timeoutMillis: true,
  exportTimeoutMillis: true,
  shutdownTimeoutMillis: true,
  headers: true,
  proxy: true,
  ca: true,
  agent: true,
};

/** Names that are no option's, as a warning each: in JavaScript nothing else tells of a slip. */
export function unknownOptions(options: object): readonly string[] {
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(NAMES, name))
    .map((name) => {
      const meant = nearest(name, Object.keys(NAMES));
      return `There is no option ${name}: it is left out${meant === undefined ? '' : ` (is it ${meant} that is meant?)`}`;
    });
}
