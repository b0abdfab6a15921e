import type { Call } from '../core/call.ts';
import type { Lane } from '../core/lane.ts';

/** What became of one request to Weave: what the caller has to do next, not which status it was. */
export type SendOutcome =
  /** Weave holds every call of the request. */
  | { readonly status: 'accepted' }
  /**
   * Nothing wrong with the calls: the same bytes again later. `afterMs`: what the server asked for. `broke`: the connection
   * ended, or the time was over, before there was an answer, which the size of the body may be the reason for.
   */
  | { readonly status: 'retry'; readonly reason: string; readonly afterMs?: number; readonly broke?: true }
  /** Key, project or address are not accepted: the calls wait until a person has corrected that. `todo` says how. */
  | {
      readonly status: 'held';
      /** Undefined where no request got so far. */
      readonly httpStatus?: number;
      /** Whether it concerns every request to this server, or those of this project. */
      readonly concerns: 'server' | 'project';
      readonly reason: string;
      readonly todo: string;
    }
  /** The body is larger than the server takes. */
  | { readonly status: 'too_large'; readonly reason: string }
  /** At least one call of the request is wrong, and will be wrong again. */
  | { readonly status: 'refused'; readonly httpStatus: number; readonly reason: string }
  /** The signal ended it. Whether Weave has the calls is not known. */
  | { readonly status: 'aborted' };

/** What one endpoint may say beyond that: the calls are to go to another one. */
export type EndpointOutcome =
  | SendOutcome
  /** This server has no such route. */
  | { readonly status: 'no_route'; readonly reason: string; readonly todo: string }
  /** This project takes nothing but complete calls. */
  | { readonly status: 'complete_only' };

/** An outcome after which the same calls are sent again. */
export type Failure = Extract<SendOutcome, { readonly status: 'retry' | 'held' }>;

/** What comes out of the gate: a failure that may pass has become `later`. */
export type GatedOutcome = Exclude<SendOutcome, Failure> | Later;

export interface Later {
  readonly status: 'later';
  /** What is in the way: to be asked about with `callUp`. */
  readonly blockedBy: string;
  /** Why the attempt failed; undefined where none was made, or where only a person can help. */
  readonly failure?: string;
  /** Where an attempt was made: a number that is the same for all failures between two successes. */
  readonly trouble?: number;
  /** As of the outcome. */
  readonly broke?: true;
}

/** Sends calls that all belong to `lane`. Never rejects. What wraps a `Send` has its form. */
export type Send<Outcome> = (lane: Lane, calls: readonly Call[], signal: AbortSignal) => Promise<Outcome>;
