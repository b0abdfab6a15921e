import type { ProjectId } from '../../core/call.ts';
import type { Scoring } from '../store/scorings.ts';

/** Weave cuts longer lists into messages of this size itself; one request is one message. */
export const MAX_CALLS_PER_REQUEST = 100;

/** What one request is about: calls of one project that the same scorers are to look at. */
export interface Group {
  readonly project: ProjectId;
  readonly scorers: readonly string[];
  /** Each once. */
  readonly callIds: readonly string[];
  /** Several rules may ask for the same. */
  readonly scorings: readonly Scoring[];
}

export function groupsOf(scorings: readonly Scoring[], maxCalls = MAX_CALLS_PER_REQUEST): readonly Group[] {
  const alike = Map.groupBy(scorings, ({ project, scorers }) => JSON.stringify([project, scorers.toSorted()]));
  return [...alike.values()].flatMap((group) => cut(group, maxCalls));
}

function cut(alike: readonly Scoring[], maxCalls: number): readonly Group[] {
  const byCall = [...Map.groupBy(alike, ({ callId }) => callId)];
  const groups: Group[] = [];
  for (let at = 0; at < byCall.length; at += maxCalls) {
    const part = byCall.slice(at, at + maxCalls);
    const scorings = part.flatMap(([, ofCall]) => ofCall);
    const [first] = scorings;
    if (!first) continue;
    const { project, scorers } = first;
    groups.push({ project, scorers, callIds: part.map(([id]) => id), scorings });
  }
  return groups;
}
