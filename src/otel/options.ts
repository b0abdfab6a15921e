import type { AppOptions } from '../config/app-options.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import type { Mask } from './mask.ts';

/** What `WeaveSpanProcessor` and `WeaveSpanExporter` may be given; everything may be left out. */
export interface WeaveOptions extends AppOptions {
  /** Asked when a span ends; false leaves it out. A span for which it throws is left out, too. */
  readonly shouldExportSpan?: ((span: ReadableSpanLike) => boolean) | undefined;
  /** Takes secrets out of attributes, names and messages before anything leaves the app. */
  readonly mask?: Mask | undefined;
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
