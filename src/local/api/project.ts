import { parseProjectId } from '../../core/call.ts';

/** What is wrong with the project that a body names; `path` is the project of the request's path, if that has one. */
export function wrongWithProject(projectId: string, path?: { readonly entity: string; readonly project: string }) {
  if (path && projectId !== `${path.entity}/${path.project}`)
    return `project_id '${projectId.slice(0, 64)}' is not the project of the path, '${path.entity}/${path.project}'`;
  if (!parseProjectId(projectId)) return `Invalid project_id '${projectId.slice(0, 64)}': expected entity/project`;
  return undefined;
}
