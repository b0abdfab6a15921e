import { expect, it } from '@jest/globals';
import type { ProjectId } from '../../src/core/call.ts';
import { createProjectLabel, MAX_COUNTED_PROJECTS } from '../../src/send/project-label.ts';

it('names the first hundred projects, also later, and no others', () => {
  const labelOf = createProjectLabel();
  const projects = Array.from({ length: MAX_COUNTED_PROJECTS + 1 }, (_, at) => `team/${at}` as ProjectId);
  expect(projects.map(labelOf)).toEqual([...projects.slice(0, -1), 'other']);
  expect(projects.map(labelOf)).toEqual([...projects.slice(0, -1), 'other']);
});
