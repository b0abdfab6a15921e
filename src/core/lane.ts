import type { Account } from './accounts.ts';
import type { Call, ProjectId } from './call.ts';

/**
 * What one request to Weave may hold: calls of one project, delivered with one key. `entity/project`, and behind
 * a colon, which no project has, the account of a sender that brings a key of its own.
 */
export type Lane = ProjectId | (string & { readonly brand: 'Lane' });

export function laneOf({ projectId, account }: Pick<Call, 'projectId' | 'account'>): Lane {
  return account === undefined ? projectId : (`${projectId}:${account}` as Lane);
}

export function partsOf(lane: Lane): { readonly project: ProjectId; readonly account: Account | undefined } {
  const [project, account] = lane.split(':');
  return { project: project as ProjectId, account: account as Account | undefined };
}
