import type { Resource, Scope, Value } from '../../core/span.ts';
import type { Shared } from '../outcome.ts';
import type { WireReader } from './reader.ts';
import { type Fields, RESOURCE, SCOPE } from './schema.ts';
import { readAttribute } from './values.ts';

/** Reads one record, a span or a log record, that the reader is about to enter. `shared` is what its resource and scope are. */
export type ReadRecord = (reader: WireReader, shared: Shared) => void;

/** A resource or scope while it is being read: protobuf allows it to come in pieces. */
type Growing<T> = { -readonly [K in keyof T]: K extends 'attributes' ? Map<string, Value> : T[K] };

/**
 * Reads a ResourceSpans or ResourceLogs. They are alike: the resource is field 1, the scope groups are field 2, and
 * in those the scope is field 1 and the records are field 2; the schema URL is field 3 of both.
 *
 * Fields may come in any order, and a record needs its resource and scope. So each group is gone through twice:
 * for what it says about all records (these are jumped over, which costs next to nothing), then for the records.
 */
export function readResourceGroup(reader: WireReader, group: Fields, scopeGroup: Fields, read: ReadRecord): void {
  const outer = reader.enter();
  const start = reader.pos;
  const deepBefore = reader.tooDeep;
  const resource = newResource();
  for (let field = reader.next(group); field !== 0; field = reader.next(group)) {
    if (field === 1) readResource(reader, resource);
    else if (field === 3) resource.schemaUrl = reader.string();
    else reader.skip();
  }
  const tooDeep = reader.tooDeep > deepBefore;
  reader.seek(start);
  for (let field = reader.next(group); field !== 0; field = reader.next(group)) {
    if (field === 2) readScopeGroup(reader, scopeGroup, resource, tooDeep, read);
    else reader.skip();
  }
  reader.leave(outer);
}

function readScopeGroup(
  reader: WireReader,
  group: Fields,
  resource: Resource,
  resourceTooDeep: boolean,
  read: ReadRecord,
): void {
  const outer = reader.enter();
  const start = reader.pos;
  const deepBefore = reader.tooDeep;
  const scope = { name: '', version: '', attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' };
  for (let field = reader.next(group); field !== 0; field = reader.next(group)) {
    if (field === 1) readScope(reader, scope);
    else if (field === 3) scope.schemaUrl = reader.string();
    else reader.skip();
  }
  const shared = { resource, scope, tooDeep: resourceTooDeep || reader.tooDeep > deepBefore };
  reader.seek(start);
  for (let field = reader.next(group); field !== 0; field = reader.next(group)) {
    if (field === 2) read(reader, shared);
    else reader.skip();
  }
  reader.leave(outer);
}

export function newResource(): Growing<Resource> {
  return { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' };
}

export function readResource(reader: WireReader, resource: Growing<Resource>): void {
  const outer = reader.enter();
  for (let field = reader.next(RESOURCE); field !== 0; field = reader.next(RESOURCE)) {
    if (field === 1) readAttribute(reader, resource.attributes);
    else resource.droppedAttributesCount = reader.uint32();
  }
  reader.leave(outer);
}

function readScope(reader: WireReader, scope: Growing<Scope>): void {
  const outer = reader.enter();
  for (let field = reader.next(SCOPE); field !== 0; field = reader.next(SCOPE)) {
    switch (field) {
      case 1:
        scope.name = reader.string();
        break;
      case 2:
        scope.version = reader.string();
        break;
      case 3:
        readAttribute(reader, scope.attributes);
        break;
      case 4:
        scope.droppedAttributesCount = reader.uint32();
        break;
    }
  }
  reader.leave(outer);
}
