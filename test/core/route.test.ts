import { describe, expect, it } from '@jest/globals';
import { type ProjectId, parseProjectId } from '../../src/core/call.ts';
import { routeSpans } from '../../src/core/route.ts';
import type { Resource, Span } from '../../src/core/span.ts';

const FALLBACK = parseProjectId('team/fallback') ?? null;

function resource(project: string | undefined): Resource {
  const attributes = new Map(
    project
      ? ([
          ['wandb.entity', 'own'],
          ['wandb.project', project],
        ] as const)
      : [],
  );
  return { attributes, droppedAttributesCount: 0, schemaUrl: '' };
}

/** Only what routing looks at. */
function span(of: Resource): Span {
  return { resource: of } as Partial<Span> as Span;
}

function projectsOf(spans: readonly Span[], fallback: ProjectId | null) {
  const { routed, homeless } = routeSpans(spans, fallback);
  return { projects: routed.map(({ project }) => project), homeless: homeless.length };
}

describe('routeSpans', () => {
  const [none, one, two] = [resource(undefined), resource('one'), resource('two')];

  it('prefers the project of the resource, also where resources take turns', () => {
    const spans = [none, one, one, none, two, none].map(span);
    expect(projectsOf(spans, FALLBACK)).toEqual({
      projects: ['team/fallback', 'own/one', 'own/one', 'team/fallback', 'own/two', 'team/fallback'],
      homeless: 0,
    });
  });

  it('finds no home for a span that nobody names a project for', () => {
    expect(projectsOf([none, one, none].map(span), null)).toEqual({ projects: ['own/one'], homeless: 2 });
  });
});
