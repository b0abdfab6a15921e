import type { ProjectId } from '../core/call.ts';

/** Projects that are counted by their names; those that come later are counted together, so that labels stay few. */
export const MAX_COUNTED_PROJECTS = 100;

const OTHER = 'other';

export function createProjectLabel(): (project: ProjectId) => string {
  const known = new Set<ProjectId>();
  return (project) => {
    if (known.has(project)) return project;
    if (known.size >= MAX_COUNTED_PROJECTS) return OTHER;
    known.add(project);
    return project;
  };
}
