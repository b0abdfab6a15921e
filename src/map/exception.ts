import { STATUS_ERROR } from '../core/span.ts';
import type { Reading } from './reading.ts';
import { type SpanView, textAt } from './span-view.ts';

/**
 * The call's exception. For a span with status ERROR it is never empty: Weave reads an empty one as success.
 * A span without that status fails only where its convention says so.
 */
export function exceptionOf(view: SpanView, reading: Partial<Reading>): string | undefined {
  const { span } = view;
  if (span.status.code !== STATUS_ERROR && reading.failure === undefined) return undefined;
  // OTel gives the message of a status a meaning for errors only
  const said = [span.status.code === STATUS_ERROR ? span.status.message : undefined, reading.failure].find(isSaid);
  const type = textAt(view, 'error.type');
  const withType = said !== undefined && type !== undefined && !said.includes(type) ? `${type}: ${said}` : said;
  const reasons = [thrown(view), withType, type, textAt(view, 'error.message'), httpFailure(view)];
  return reasons.find(isSaid) ?? 'Error (the span says no reason)';
}

const isSaid = (text: string | undefined) => text !== undefined && text.trim() !== '';

/** The last exception event: type, message and stack. Most stack traces begin with the other two; then they are not said twice. */
function thrown({ span }: SpanView): string | undefined {
  const event = span.events.findLast((one) => one.name === 'exception');
  if (!event) return undefined;
  const [type, message, stack] = ['type', 'message', 'stacktrace'].map((name) => {
    const value = event.attributes.get(`exception.${name}`);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  });
  const head = [type, message].filter((part) => part !== undefined).join(': ');
  if (stack === undefined) return head;
  return message !== undefined && stack.includes(message) ? stack : [head, stack].filter(isSaid).join('\n');
}

function httpFailure(view: SpanView): string | undefined {
  const status = textAt(view, 'http.response.status_code') ?? textAt(view, 'http.status_code');
  return status && `HTTP ${status}`;
}
