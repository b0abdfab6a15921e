import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import type { WeaveOptions, WeaveStats } from '../otel/options.ts';
import { startInApp } from './in-app.ts';
import type { InApp } from './way.ts';

/**
 * A SpanProcessor for the OpenTelemetry SDK 2.x and 3.x: `spanProcessors: [new WeaveSpanProcessor()]`.
 * Nothing of it throws or rejects, whatever happens.
 */
export class WeaveSpanProcessor {
  readonly #inApp: InApp;

  constructor(options: WeaveOptions = {}) {
    this.#inApp = startInApp(options);
  }

  onStart(span: object, _parentContext?: unknown): void {
    this.#inApp.started(span as ReadableSpanLike);
  }

  onEnd(span: ReadableSpanLike): void {
    this.#inApp.ended(span);
  }

  /**
   * Resolves when Weave has taken every span that ended before, or after `exportTimeoutMillis`. Scores that wait for
   * their delay are asked for at once: the process may be frozen or gone by then.
   */
  forceFlush(): Promise<void> {
    return this.#inApp.finish();
  }

  /** The same, for serverless handlers: `waitUntil(processor.flush())`. */
  flush(): Promise<void> {
    return this.#inApp.finish();
  }

  /** Ends live calls, delivers what Weave takes, and takes no more spans: see `shutdownTimeoutMillis`. */
  shutdown(): Promise<void> {
    return this.#inApp.shutdown();
  }

  stats(): WeaveStats {
    return this.#inApp.stats();
  }
}
