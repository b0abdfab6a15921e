import type { Call, ProjectId } from './core/call.ts';

/** Counts the bytes of calls that are mapped and have no end yet: over all, and for each project. */
export interface InFlight {
  /** Counts these calls in; what it returns counts them out again. */
  add(calls: readonly Call[]): () => void;
  isFull(): boolean;
  /**
   * Whether a project may have more: while it has less than is free. One slow project comes to a half,
   * two to a third each, and there is always something left for one that comes later.
   */
  hasShare(project: string): boolean;
}

export function createInFlight(maxBytes: number): InFlight {
  const byProject = new Map<string, number>();
  let total = 0;

  function count(project: ProjectId, bytes: number): void {
    const left = (byProject.get(project) ?? 0) + bytes;
    total += bytes;
    if (left === 0) byProject.delete(project);
    else byProject.set(project, left);
  }

  return {
    add(calls) {
      for (const { projectId, json } of calls) count(projectId, json.length);
      return () => {
        for (const { projectId, json } of calls) count(projectId, -json.length);
      };
    },
    isFull: () => total >= maxBytes,
    hasShare: (project) => (byProject.get(project) ?? 0) < maxBytes - total,
  };
}
