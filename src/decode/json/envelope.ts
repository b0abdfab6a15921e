import type { Resource, Scope } from '../../core/span.ts';
import type { Shared } from '../outcome.ts';
import type { JsonObject, JsonReader } from './reader.ts';
import { readAttributes } from './values.ts';

/** A member in its JSON spelling, and in that of the .proto files, which some senders use. */
type Spellings = readonly [string, string];

export interface EnvelopeNames {
  readonly groups: Spellings;
  readonly scopeGroups: Spellings;
  readonly records: Spellings;
}

export const TRACE_NAMES: EnvelopeNames = {
  groups: ['resourceSpans', 'resource_spans'],
  scopeGroups: ['scopeSpans', 'scope_spans'],
  records: ['spans', 'spans'],
};

export const LOG_NAMES: EnvelopeNames = {
  groups: ['resourceLogs', 'resource_logs'],
  scopeGroups: ['scopeLogs', 'scope_logs'],
  records: ['logRecords', 'log_records'],
};

export type ReadRecord = (record: JsonObject, shared: Shared) => void;

/** Reads all spans, or all log records, of a request. */
export function readGroups(reader: JsonReader, document: JsonObject, names: EnvelopeNames, read: ReadRecord): void {
  reader.list(member(document, names.groups), names.groups[0], (group) => {
    const deepBefore = reader.tooDeep;
    const resource = readResource(reader, group);
    const resourceTooDeep = reader.tooDeep > deepBefore;
    reader.list(member(group, names.scopeGroups), names.scopeGroups[0], (scopeGroup) => {
      const deepBeforeScope = reader.tooDeep;
      const scope = readScope(reader, scopeGroup);
      const shared = { resource, scope, tooDeep: resourceTooDeep || reader.tooDeep > deepBeforeScope };
      reader.list(member(scopeGroup, names.records), names.records[0], (record) => read(record, shared));
    });
  });
}

/** Which other signal a document without spans (or without log records) holds, with the path that takes it. */
export function otherSignal(document: JsonObject, expected: EnvelopeNames): string | undefined {
  if (member(document, expected.groups) !== undefined) return undefined;
  if (member(document, TRACE_NAMES.groups) !== undefined) return 'these are spans: send them to /v1/traces';
  if (member(document, LOG_NAMES.groups) !== undefined) return 'these are log records: send them to /v1/logs';
  if (member(document, ['resourceMetrics', 'resource_metrics']) !== undefined) {
    return 'these are metrics: send them to /v1/metrics';
  }
  return undefined;
}

function readResource(reader: JsonReader, group: JsonObject): Resource {
  const schemaUrl = reader.string(group.schemaUrl ?? group.schema_url, 'schemaUrl');
  return reader.object(group.resource, 'resource', (resource) => ({
    attributes: readAttributes(reader, resource.attributes),
    droppedAttributesCount: readDroppedAttributesCount(reader, resource),
    schemaUrl,
  }));
}

function readScope(reader: JsonReader, group: JsonObject): Scope {
  const schemaUrl = reader.string(group.schemaUrl ?? group.schema_url, 'schemaUrl');
  return reader.object(group.scope, 'scope', (scope) => ({
    name: reader.string(scope.name, 'name'),
    version: reader.string(scope.version, 'version'),
    attributes: readAttributes(reader, scope.attributes),
    droppedAttributesCount: readDroppedAttributesCount(reader, scope),
    schemaUrl,
  }));
}

export function readDroppedAttributesCount(reader: JsonReader, object: JsonObject): number {
  return reader.uint32(object.droppedAttributesCount ?? object.dropped_attributes_count, 'droppedAttributesCount');
}

function member(object: JsonObject, [camel, snake]: Spellings): unknown {
  return object[camel] ?? object[snake] ?? undefined;
}
