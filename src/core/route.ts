import { type ProjectId, projectOfResource } from './call.ts';
import type { RoutedSpan } from './ports.ts';
import type { Resource, Span } from './span.ts';

export interface Routes {
  readonly routed: readonly RoutedSpan[];
  /** Spans that no project wants: neither their resource nor `fallback` names one. */
  readonly homeless: readonly Span[];
}

/** Gives each span its project: the one that its resource names, else `fallback`. Where it is pinned, `fallback` for all. */
export function routeSpans(spans: readonly Span[], fallback: ProjectId | null, pinned = false): Routes {
  const routed: RoutedSpan[] = [];
  const homeless: Span[] = [];
  let resource: Resource | undefined;
  let project = fallback;
  for (const span of spans) {
    if (span.resource !== resource && !pinned) {
      resource = span.resource;
      project = projectOfResource(resource.attributes) ?? fallback;
    }
    if (project === null) homeless.push(span);
    else routed.push({ span, project });
  }
  return { routed, homeless };
}
