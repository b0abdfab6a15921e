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
  const event = span.events.findLast((one) => one.name === 'exception');
  if (event) {
    const type = event.attributes.get('exception.type');
    const message = event.attributes.get('exception.message');
    const stack = event.attributes.get('exception.stacktrace');
    const head = [type, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
    // most stack traces begin with type and message: not said twice
    if (typeof stack === 'string' && stack !== '') {
      return typeof message === 'string' && stack.includes(message)
        ? stack
        : [head, stack].filter((part) => part !== '').join('\n');
    }
    if (head !== '') return head;
  }
  // OTel gives the message of a status a meaning for errors only
  const said = (span.status.code === STATUS_ERROR && span.status.message) || reading.failure;
  const type = textAt(view, 'error.type');
  if (said !== undefined) return type !== undefined && !said.includes(type) ? `${type}: ${said}` : said;
  return type ?? textAt(view, 'error.message') ?? httpFailure(view) ?? 'Error (the span says no reason)';
}

function httpFailure(view: SpanView): string | undefined {
  const status = textAt(view, 'http.response.status_code') ?? textAt(view, 'http.status_code');
  return status && `HTTP ${status}`;
}
