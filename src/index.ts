/** What an app imports. Loads no server, no database and no command line. */
export type { ReadableSpanLike } from './decode/readable-span-like.ts';
export { type ExportResultLike, WeaveSpanExporter } from './in-app/exporter.ts';
export { WeaveSpanProcessor } from './in-app/processor.ts';
export type { Mask } from './otel/mask.ts';
export type { ConditionOptions, ScoringRuleOptions, WeaveOptions, WeaveStats } from './otel/options.ts';
