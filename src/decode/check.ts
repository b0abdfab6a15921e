import { projectOfResource } from '../core/call.ts';
import type { Encoding } from '../core/ports.ts';
import type { Resource } from '../core/span.ts';
import type { DecodedRequest, Invalid, RejectedSpan } from './outcome.ts';
import { skim } from './protobuf/skim.ts';
import { decodeRequest } from './request.ts';

/** How many rejected spans a message names, and how much of each name. */
const MAX_REASONS = 20;
const MAX_NAME_LENGTH = 100;

export interface Checked {
  readonly status: 'ok';
  /** How many spans can become calls. */
  readonly spans: number;
  /** How many can not. */
  readonly rejected: number;
  /** Why not, for the sender; empty if none was rejected. */
  readonly message: string;
  /** How many of `spans` have a resource that names no project (see `projectOfResource`). */
  readonly unrouted: number;
}

export type CheckResult = Checked | Invalid;

/** Finds what decodeRequest would find in a trace request, without the spans themselves. Never throws. */
export function checkRequest(body: Uint8Array, encoding: Encoding): CheckResult {
  const skimmed = encoding === 'protobuf' ? skim(body) : undefined;
  if (skimmed !== undefined) return { status: 'ok', ...skimmed, rejected: 0, message: '' };
  const decoded = decodeRequest(body, encoding);
  return decoded.status === 'ok' ? summary(decoded) : decoded;
}

function summary({ spans, rejected }: DecodedRequest): Checked {
  const routed = new Map<Resource, boolean>();
  let unrouted = 0;
  for (const { resource } of spans) {
    const known = routed.get(resource) ?? projectOfResource(resource.attributes) !== undefined;
    routed.set(resource, known);
    if (!known) unrouted++;
  }
  return { status: 'ok', spans: spans.length, rejected: rejected.length, message: messageFor(rejected), unrouted };
}

function messageFor(rejected: readonly RejectedSpan[]): string {
  const reasons = rejected
    .slice(0, MAX_REASONS)
    .map(({ name, reason }) => `span ${JSON.stringify(name.slice(0, MAX_NAME_LENGTH))}: ${reason}`);
  if (rejected.length > MAX_REASONS) reasons.push('...');
  return reasons.join('; ');
}
