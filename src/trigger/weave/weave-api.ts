import type { ProjectId } from '../../core/call.ts';
import type { Client } from '../http/client.ts';
import { type Meaning, meaningOf } from '../http/meaning.ts';
import { isRecord } from '../http/server-error.ts';

/** As far as anybody asks about it. */
export interface Feedback {
  readonly callId: string;
  readonly type: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export type FoundFeedback =
  | { readonly status: 'done'; readonly feedback: readonly Feedback[] }
  | Exclude<Meaning, { status: 'done' }>;

/** What of Weave's API the triggers use. Each request is sent once. */
export interface WeaveApi {
  /** Weave scores later and gives no receipt; it does not look whether the same was asked before. */
  score(
    project: ProjectId,
    callIds: readonly string[],
    scorers: readonly string[],
    signal: AbortSignal,
  ): Promise<Meaning>;
  /** Feedback of these types on these calls. */
  findFeedback(
    project: ProjectId,
    callIds: readonly string[],
    types: readonly string[],
    signal: AbortSignal,
  ): Promise<FoundFeedback>;
  createFeedback(feedback: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Meaning>;
  /** The same call again replaces itself. */
  completeCalls(project: ProjectId, calls: readonly unknown[], signal: AbortSignal): Promise<Meaning>;
}

export function callRef(project: ProjectId, callId: string): string {
  return `weave:///${project}/call/${callId}`;
}

export function createWeaveApi(client: Client): WeaveApi {
  const post = async (path: string, body: unknown, signal: AbortSignal) =>
    meaningOf(await client.post(path, body, signal));
  return {
    score: (project, callIds, scorers, signal) =>
      post('calls/score', { project_id: project, call_ids: callIds, scorer_refs: scorers }, signal),
    async findFeedback(project, callIds, types, signal) {
      const isAmong = (field: string, values: readonly string[]) => ({
        $in: [{ $getField: field }, values.map((value) => ({ $literal: value }))],
      });
      const refs = callIds.map((id) => callRef(project, id));
      const $expr = { $and: [isAmong('weave_ref', refs), isAmong('feedback_type', types)] };
      const meaning = await post('feedback/query', { project_id: project, query: { $expr } }, signal);
      if (meaning.status !== 'done') return meaning;
      const { result } = meaning.body;
      return { status: 'done', feedback: Array.isArray(result) ? result.flatMap(feedbackOf) : [] };
    },
    createFeedback: (feedback, signal) => post('feedback/create', feedback, signal),
    completeCalls: (project, calls, signal) =>
      post(`v2/${project.split('/').map(encodeURIComponent).join('/')}/calls/complete`, { batch: calls }, signal),
  };
}

function feedbackOf(row: unknown): readonly Feedback[] {
  if (!isRecord(row)) return [];
  const { weave_ref: ref, feedback_type: type, id, payload } = row;
  const callId = /\/call\/([^/]+)$/.exec(String(ref))?.[1];
  if (callId === undefined) return [];
  return [{ callId, type: String(type), id: String(id), payload: isRecord(payload) ? payload : {} }];
}
