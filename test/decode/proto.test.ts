import { describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import * as schema from '../../src/decode/protobuf/schema.ts';
import { root } from './support/proto.ts';

const TABLES = {
  'opentelemetry.proto.common.v1.AnyValue': schema.ANY_VALUE,
  'opentelemetry.proto.common.v1.ArrayValue': schema.ARRAY_VALUE,
  'opentelemetry.proto.common.v1.KeyValue': schema.KEY_VALUE,
  'opentelemetry.proto.common.v1.KeyValueList': schema.KEY_VALUE_LIST,
  'opentelemetry.proto.common.v1.InstrumentationScope': schema.SCOPE,
  'opentelemetry.proto.resource.v1.Resource': schema.RESOURCE,
  'opentelemetry.proto.trace.v1.Span': schema.SPAN,
  'opentelemetry.proto.trace.v1.Span.Event': schema.EVENT,
  'opentelemetry.proto.trace.v1.Span.Link': schema.LINK,
  'opentelemetry.proto.trace.v1.Status': schema.STATUS,
  'opentelemetry.proto.trace.v1.ScopeSpans': schema.SCOPE_SPANS,
  'opentelemetry.proto.trace.v1.ResourceSpans': schema.RESOURCE_SPANS,
  'opentelemetry.proto.trace.v1.TracesData': schema.TRACES,
  'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest': schema.TRACES,
  'opentelemetry.proto.logs.v1.LogRecord': schema.LOG_RECORD,
  'opentelemetry.proto.logs.v1.ScopeLogs': schema.SCOPE_LOGS,
  'opentelemetry.proto.logs.v1.ResourceLogs': schema.RESOURCE_LOGS,
  'opentelemetry.proto.logs.v1.LogsData': schema.LOGS,
  'opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest': schema.LOGS,
};

const tableOf = new Map(Object.entries(TABLES).map(([name, fields]) => [`.${name}`, fields]));

describe('the .proto files', () => {
  it.each(Object.entries(TABLES))('have the same fields of %s as the decoder', (name, fields) => {
    const declared = root.lookupType(name).fieldsArray.map((field) => {
      field.resolve();
      const scalar = (protobuf.types.basic as Readonly<Record<string, number>>)[field.type];
      const isEnum = field.resolvedType instanceof protobuf.Enum;
      return {
        number: field.id,
        name: field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        wire: isEnum ? 0 : (scalar ?? 2),
        repeated: field.repeated,
        message: tableOf.get(field.resolvedType?.fullName ?? ''),
      };
    });
    const decoded = fields.flatMap((field, number) => (field === undefined ? [] : [{ number, ...field }]));
    expect(decoded).toEqual(declared.sort((a, b) => a.number - b.number));
  });

  it.each([
    ['opentelemetry.proto.collector.trace.v1.TraceService', 'ExportTraceServiceRequest', 'ExportTraceServiceResponse'],
    ['opentelemetry.proto.collector.logs.v1.LogsService', 'ExportLogsServiceRequest', 'ExportLogsServiceResponse'],
  ])('declare %s/Export', (service, request, response) => {
    const { methods } = root.lookupService(service);
    expect(methods['Export']).toMatchObject({ requestType: request, responseType: response });
  });

  it.each([
    [
      'opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse',
      { partialSuccess: { rejectedSpans: '2', errorMessage: 'no' } },
      '0a0608021202' + '6e6f',
    ],
    [
      'opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse',
      { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'no' } },
      '0a0608021202' + '6e6f',
    ],
    ['google.rpc.RetryInfo', { retryDelay: { seconds: '5' } }, '0a020805'],
    ['google.rpc.BadRequest', { fieldViolations: [{ field: 'a', description: 'b' }] }, '0a060a01611201' + '62'],
    [
      'google.rpc.Status',
      { code: 3, message: 'no', details: [{ type_url: 't', value: Buffer.from('v') }] },
      '080312026e6f1a060a0174120176',
    ],
  ])('encode %s as the public definition does', (name, message, hex) => {
    const type = root.lookupType(name);
    expect(Buffer.from(type.encode(type.fromObject(message)).finish()).toString('hex')).toBe(hex);
  });
});
