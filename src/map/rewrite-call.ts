import type { Call } from '../core/call.ts';
import type { SpanId } from '../core/span.ts';
import { isObject, type Json } from './chat/message.ts';
import { parseKeepingDigits } from './digits.ts';
import type { UsageByModel } from './rollup.ts';
import { shortenCall } from './shorten.ts';
import { type Usage, usageSummary } from './usage.ts';

/** What other spans decide about a call: all that can change after it has been written. */
export interface Context {
  readonly parentId: SpanId | '';
  /** `summary.usage`. */
  readonly usage: UsageByModel | undefined;
  /** Tokens that the span states and that are counted elsewhere. */
  readonly repeated: Usage | undefined;
}

const PARENT = '"parent_id":';
const REPEATED = ',"usage_repeated":';
const STATUS = '"status_counts":{"success":';

/** `attributes` with what the span repeats of others: it is not counted in the summary, but not hidden either. */
export function withRepeated(attributes: string, repeated: Usage | undefined): string {
  return repeated ? `${attributes.slice(0, -1)}${repeatedText(repeated)}}` : attributes;
}

const repeatedText = (repeated: Usage) => `${REPEATED}${JSON.stringify(usageSummary(repeated, false))}`;

export const parentText = (parentId: SpanId | '') => (parentId === '' ? 'null' : `"${parentId}"`);

/** The summary up to its `status_counts`. */
export function summaryStart(usage: UsageByModel | undefined): string {
  return `"summary":{${usage ? `"usage":${JSON.stringify(usage)},` : ''}`;
}

/**
 * A finished call with another context; every other byte stays. It relies on the order in which the call writer puts
 * things: `parent_id` is the fourth field, and `attributes`, whose last member is what is repeated, stands before `summary`.
 */
export function rewriteCall(call: Call, before: Context, after: Context): Call {
  const { json, attributesAt, summaryAt } = call;
  if (summaryAt === undefined) return rewriteShortened(call, after);
  const parentAt = json.indexOf(PARENT) + PARENT.length;
  const repeatedAt = before.repeated ? json.lastIndexOf(REPEATED, summaryAt) : -1;
  const attributesEnd = repeatedAt < 0 ? summaryAt - 1 : repeatedAt;
  const head = Buffer.concat([
    json.subarray(0, parentAt),
    Buffer.from(parentText(after.parentId)),
    json.subarray(parentAt + parentText(before.parentId).length, attributesEnd),
    Buffer.from(`${after.repeated ? repeatedText(after.repeated) : ''}}`),
  ]);
  const rest = json.subarray(json.indexOf(STATUS, summaryAt));
  return {
    ...call,
    json: Buffer.concat([head, Buffer.from(`,${summaryStart(after.usage)}`), rest]),
    attributesAt: attributesAt && attributesAt + parentText(after.parentId).length - parentText(before.parentId).length,
    summaryAt: head.length,
  };
}

/** Of a call that was too large it is not known where things stand; there are few of them. */
function rewriteShortened(call: Call, { parentId, usage, repeated }: Context): Call {
  const written = parseKeepingDigits(call.json.toString()) as Json;
  const { parent_id: _parent, attributes: found, summary, ...rest } = written;
  const { usage_repeated: _repeated, ...attributes } = isObject(found) ? found : {};
  const text = JSON.stringify({
    ...rest,
    parent_id: parentId === '' ? null : parentId,
    attributes: { ...attributes, ...(repeated && { usage_repeated: usageSummary(repeated, false) }) },
    summary: { ...(usage && { usage }), status_counts: isObject(summary) && summary['status_counts'] },
  });
  return { ...call, json: Buffer.from(shortenCall(text).text) };
}
