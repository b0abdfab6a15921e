import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import type { WeaveOptions, WeaveStats } from '../otel/options.ts';
import { startInApp } from './in-app.ts';
import type { InApp } from './way.ts';

/**
 * How long a batch may keep the processor in front: then it goes on, and the exporter on its own. A processor holds few
 * spans and waits for one batch at a time, while here there is room for an outage.
 */
const PATIENCE_MS = 5000;

/** As the SDK has it: 0 for success, 1 for failure. */
export interface ExportResultLike {
  readonly code: number;
  readonly error?: Error;
}

/**
 * A SpanExporter for the OpenTelemetry SDK 2.x and 3.x, for where only an exporter can be given. Prefer the processor:
 * those of the SDK drop spans of a burst before an exporter ever sees them, and do not wait for what is in flight.
 */
export class WeaveSpanExporter {
  readonly #inApp: InApp;
  #state: 'open' | 'closed' = 'open';

  constructor(options: WeaveOptions = {}) {
    this.#inApp = startInApp({ ...options, live: false });
  }

  /** Answers when Weave has taken the spans, or when they have been kept for a while and are tried again. */
  export(spans: readonly ReadableSpanLike[], resultCallback: (result: ExportResultLike) => void): void {
    if (this.#state === 'closed') {
      resultCallback({ code: 1, error: new Error('the exporter is shut down') });
      return;
    }
    for (const span of spans) this.#inApp.ended(span);
    void this.#inApp.flush(PATIENCE_MS).then(() => resultCallback({ code: 0 }));
  }

  forceFlush(): Promise<void> {
    return this.#inApp.finish();
  }

  shutdown(): Promise<void> {
    this.#state = 'closed';
    return this.#inApp.shutdown();
  }

  stats(): WeaveStats {
    return this.#inApp.stats();
  }
}
