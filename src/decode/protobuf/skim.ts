import { projectOfResource } from '../../core/call.ts';
import { WireError } from './cursor.ts';
import { newResource, readResource } from './envelope.ts';
import { WireReader } from './reader.ts';
import { RESOURCE, RESOURCE_SPANS, SCOPE, SCOPE_SPANS, SPAN, TRACES } from './schema.ts';

export interface Skimmed {
  readonly spans: number;
  /** Spans whose resource names no project. */
  readonly unrouted: number;
}

/**
 * Counts the spans of a trace request that has nothing wrong with it, several times faster than decoding it.
 * Returns undefined for any other request: it has to be decoded to say what is wrong.
 */
export function skim(body: Uint8Array): Skimmed | undefined {
  const reader = new WireReader(body);
  try {
    let spans = 0;
    let unrouted = 0;
    while (reader.next(TRACES) !== 0) {
      const group = skimResourceSpans(reader);
      spans += group.spans;
      unrouted += group.unrouted;
    }
    return { spans, unrouted };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function skimResourceSpans(reader: WireReader): Skimmed {
  const outer = reader.enter();
  const resource = newResource();
  let spans = 0;
  for (let field = reader.next(RESOURCE_SPANS); field !== 0; field = reader.next(RESOURCE_SPANS)) {
    if (field === 1 && reader.mentions('wandb.')) readResource(reader, resource);
    else if (field === 1) reader.skipMessage(RESOURCE);
    else if (field === 2) spans += skimScopeSpans(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return { spans, unrouted: projectOfResource(resource.attributes) === undefined ? spans : 0 };
}

function skimScopeSpans(reader: WireReader): number {
  const outer = reader.enter();
  let spans = 0;
  for (let field = reader.next(SCOPE_SPANS); field !== 0; field = reader.next(SCOPE_SPANS)) {
    if (field === 1) {
      reader.skipMessage(SCOPE);
    } else if (field === 2) {
      skimSpan(reader);
      spans++;
    } else {
      reader.skip();
    }
  }
  reader.leave(outer);
  return spans;
}

function skimSpan(reader: WireReader): void {
  const outer = reader.enter();
  let traceId = 0;
  let spanId = 0;
  let parentSpanId = 0;
  for (let field = reader.next(SPAN); field !== 0; field = reader.next(SPAN)) {
    const message = SPAN[field]?.message;
    if (message !== undefined) reader.skipMessage(message);
    else if (field === 1) traceId = reader.idLength();
    else if (field === 2) spanId = reader.idLength();
    else if (field === 4) parentSpanId = reader.idLength();
    else reader.skip();
  }
  reader.leave(outer);
  if (traceId !== 16 || spanId !== 8 || (parentSpanId !== 0 && parentSpanId !== 8)) reader.fail('ids of no span');
}
