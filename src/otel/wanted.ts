import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { isTooLate } from './too-late.ts';

/** Asks the app whether it wants a span. One for which it throws or answers later is left out: what it guards must not slip through. */
export function createWanted(
  shouldExportSpan: (span: ReadableSpanLike) => boolean,
  log: Log,
): (span: ReadableSpanLike) => boolean {
  return (span) => {
    try {
      const wanted = shouldExportSpan(span);
      if (!isTooLate(wanted)) return wanted;
      log.warn('The option shouldExportSpan answers with a promise, which comes too late: its span is left out.');
    } catch (thrown) {
      log.warn('The option shouldExportSpan threw: its span is left out.', { reason: messageOf(thrown) });
    }
    return false;
  };
}
