import type { AppOptions } from '../config/app-options.ts';
import type { Operator } from '../core/rule.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import type { Mask } from './mask.ts';

/** Written as a method, so that the compiler takes a function of the SDK's own `ReadableSpan`, too: each span is one. */
type ShouldExportSpan = { asks(span: ReadableSpanLike): boolean }['asks'];

/** What `WeaveSpanProcessor` and `WeaveSpanExporter` may be given; everything may be left out. */
export interface WeaveOptions extends AppOptions {
  /**
   * Asked when a span ends; false leaves it out. A span for which it throws is left out, too. With `live` it is also asked of
   * a span that is about to be shown, with the attributes of that moment; what was shown is completed whatever it says later.
   */
  readonly shouldExportSpan?: ShouldExportSpan | undefined;
  /** Takes secrets out of attributes, names and messages before anything leaves the app. */
  readonly mask?: Mask | undefined;
  /**
   * What Weave's scorers are to look at once it has the calls: the rules of the sidecar's `scoring`, with the same names
   * (docs/rules.md). They are in memory alone, unless there is a `spoolDir`: what waits for its delay is asked for at a
   * flush and at shutdown, and is lost where the process exits at once (`process.exit()`) or is killed.
   */
  readonly scoring?: readonly ScoringRuleOptions[] | undefined;
}

/** `{field, operator: value}`, or a group of others. */
export type ConditionOptions =
  | { readonly all: readonly ConditionOptions[] }
  | { readonly any: readonly ConditionOptions[] }
  | { readonly not: ConditionOptions }
  | ({ readonly field: string } & { readonly [Name in Operator]?: Scalar | readonly Scalar[] });

type Scalar = string | number | boolean;

/** A rule as the config file of the sidecar has it. One with a mistake is left out, and the log says why. */
export interface ScoringRuleOptions {
  readonly name: string;
  /** `weave:///entity/project/object/name:version` each. */
  readonly scorers: readonly string[];
  readonly enabled?: boolean;
  /** Default: every call. */
  readonly when?: ConditionOptions;
  /** The share of traces that is looked at, 0 to 1. */
  readonly sample?: number;
  readonly sample_by?: 'trace' | 'call';
  readonly salt?: string;
  readonly limit?: { readonly calls_per_day?: number };
  /** Such as `10s`, which is the default. */
  readonly delay?: string;
  readonly at_most_once?: boolean;
  readonly sweep?: { readonly after: string; readonly times: number };
}

/** In spans, since the start: `ended = delivered + waiting + filtered + refused + dropped`. */
export interface WeaveStats {
  readonly ended: number;
  readonly delivered: number;
  /** Not delivered yet, and kept: in memory, or on disk with `spoolDir`. */
  readonly waiting: number;
  /** Left out by `shouldExportSpan`. */
  readonly filtered: number;
  /** That no call can be made of, or that Weave refused for good. */
  readonly refused: number;
  /** For lack of room, or because they ended after `shutdown`. */
  readonly dropped: number;
}
