import { describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import { countItems } from '../../src/receive/dropped-items.ts';

/** Enough of the OTLP messages to write requests with the public field numbers. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Logs { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { bytes resource = 1; repeated ScopeLogs scope_logs = 2; }
  message ScopeLogs { bytes scope = 1; repeated bytes log_records = 2; string schema_url = 3; }
  message Metrics { repeated ResourceMetrics resource_metrics = 1; }
  message ResourceMetrics { bytes resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message ScopeMetrics { bytes scope = 1; repeated Metric metrics = 2; }
  message Metric { string name = 1; Data gauge = 5; Data sum = 7; Data histogram = 9;
                   Data exponential_histogram = 10; Data summary = 11; repeated bytes metadata = 12; }
  message Data { repeated bytes data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
`);

const point = 'AQID';
const points = (count: number) => ({
  dataPoints: Array(count).fill(point),
  aggregationTemporality: 2,
  isMonotonic: true,
});
const logs = (...counts: number[]) => ({
  resourceLogs: counts.map((count) => ({
    resource: point,
    scopeLogs: [{ scope: point, logRecords: Array(count).fill(point), schemaUrl: 'x' }],
  })),
});
const metrics = {
  resourceMetrics: [
    {
      resource: point,
      scopeMetrics: [
        {
          metrics: [
            { name: 'a', gauge: points(1), metadata: [point] },
            { name: 'b', sum: points(2) },
            { name: 'c', histogram: points(3) },
          ],
        },
        { metrics: [{ name: 'd', exponentialHistogram: points(4) }, { name: 'e', summary: points(5) }, { name: 'f' }] },
      ],
    },
  ],
};

const CASES = [
  ['logs', 'Logs', logs(2, 0, 3), 5],
  ['logs', 'Logs', logs(), 0],
  ['metrics', 'Metrics', metrics, 15],
] as const;

describe.each(CASES)('a %s request (%s)', (signal, type, request, items) => {
  it(`has ${items} items in protobuf`, () => {
    const Type = root.lookupType(type);
    expect(countItems(signal, Type.encode(Type.fromObject(request)).finish(), 'protobuf')).toBe(items);
  });

  it(`has ${items} items in JSON`, () => {
    expect(countItems(signal, Buffer.from(JSON.stringify(request)), 'json')).toBe(items);
  });
});

it.each([
  ['protobuf', Buffer.from([0x0a, 0x05, 0x12])],
  ['protobuf', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ['protobuf', Buffer.from([0xff])],
  ['json', Buffer.from('{"resourceLogs":[')],
  ['json', Buffer.from('7')],
  ['json', Buffer.from('{"resourceLogs":[7]}')],
] as const)('what cannot be read as %s has no number (%p)', (encoding, body) => {
  expect(countItems('logs', body, encoding)).toBeUndefined();
});

it('a field of another wire type is passed over', () => {
  expect(countItems('logs', Buffer.from([0x08, 0x05]), 'protobuf')).toBe(0);
});

it('null members of JSON are absent', () => {
  expect(countItems('logs', Buffer.from('{"resourceLogs":null}'), 'json')).toBe(0);
});
