/** The paths of the pages; links and routes are both made from these. */
import { pathTo } from '../http/paths.ts';

export const TRACES_PATH = '/';
export const TRACE_PATH = '/traces/:entity/:project/:traceId';
export const WORK_PATH = '/work';
export const STYLE_PATH = '/assets/local-weave.css';

/** The list of traces: of one project, or of all. `page` counts from 1. */
export function tracesLink(project: string | null, page = 1): string {
  return pathTo(TRACES_PATH, {}, { project: project ?? undefined, page: page > 1 ? page : undefined });
}

/** A trace; `call` is the id of the call that is shown beside the tree. */
export function traceLink(project: string, traceId: string, shown: { page?: number; call?: string } = {}): string {
  const [entity = '', name = ''] = project.split('/');
  const { page = 1, call } = shown;
  const path = pathTo(TRACE_PATH, { entity, project: name, traceId }, { page: page > 1 ? page : undefined, call });
  return call === undefined ? path : `${path}#${encodeURIComponent(rowAnchor(call))}`;
}

/** The anchor of a call's row in the tree: without it the tree would jump to its top with every click. */
export function rowAnchor(callId: string): string {
  return `call-${callId}`;
}
