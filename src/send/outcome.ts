import type { ProjectId } from '../core/call.ts';

/** What became of one request to Weave: what the caller has to do next, not which status it was. */
export type SendOutcome =
  /** Weave holds every call of the body. */
  | { readonly status: 'accepted' }
  /** Nothing wrong with the calls: the same bytes again later. `afterMs`: what the server asked for. */
  | { readonly status: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** Key, project or address are not accepted: the calls wait until a person has corrected that. `todo` says how. */
  | { readonly status: 'held'; readonly httpStatus: number; readonly reason: string; readonly todo: string }
  /** The body is larger than the server takes. */
  | { readonly status: 'too_large'; readonly reason: string }
  /** At least one call of the body is wrong, and will be wrong again. */
  | { readonly status: 'refused'; readonly httpStatus: number; readonly reason: string }
  /** The signal ended it. Whether Weave has the calls is not known. */
  | { readonly status: 'aborted' };

/**
 * Sends one body of calls that all belong to `project`. Never rejects.
 * Retry and limit wrap a `Send` and have its type.
 */
export type Send = (project: ProjectId, body: Buffer, signal: AbortSignal) => Promise<SendOutcome>;
