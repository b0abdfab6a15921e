import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogRecord } from '../../src/core/log-record.ts';
import { decodeLogs } from '../../src/decode/logs.ts';
import { logs, mutate, mutations } from './support/arbitraries.ts';
import { recordings } from './support/corpus.ts';
import { encodeLogs, encodeTraces, parseLogs, toJson } from './support/proto.ts';
import { secondDecodeLogs } from './support/second-decoder.ts';
import { SPAN_ID, TRACE_ID } from './support/wire.ts';

function recordsOf(body: Uint8Array, encoding: 'protobuf' | 'json'): readonly LogRecord[] {
  const decoded = decodeLogs(body, encoding);
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  return decoded.records;
}

const recorded = recordings.filter(({ signal }) => signal === 'logs');
const requestOf = (logRecord: object) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });

describe('every recorded logs request', () => {
  it('is there', () => {
    expect(new Set(recorded.map(({ encoding }) => encoding))).toEqual(new Set(['protobuf', 'json']));
  });

  it.each(recorded.filter(({ encoding }) => encoding === 'protobuf'))(
    '$name decodes as protobufjs does',
    ({ body }) => {
      const records = recordsOf(body, 'protobuf');
      expect(records.length).toBeGreaterThan(0);
      expect(records).toEqual(secondDecodeLogs(body));
      expect(recordsOf(Buffer.from(toJson(parseLogs(body))), 'json')).toEqual(records);
    },
  );

  it.each(recorded.filter(({ encoding }) => encoding === 'json'))(
    '$name decodes to records that join spans',
    ({ body }) => {
      const records = recordsOf(body, 'json');
      expect(records.length).toBeGreaterThan(0);
      for (const record of records) {
        expect(record).toMatchObject({
          traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
          spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
          eventName: expect.stringMatching(/^gen_ai\./),
        });
        expect(record.timeNs).toBeGreaterThan(1_700_000_000_000_000_000n);
      }
    },
  );
});

describe('any logs request', () => {
  it('decodes from protobuf as protobufjs does, and from JSON to the same', () => {
    fc.assert(
      fc.property(logs, (message) => {
        const body = encodeLogs(message);
        const records = recordsOf(body, 'protobuf');
        expect(records).toEqual(secondDecodeLogs(body));
        expect(recordsOf(Buffer.from(toJson(message)), 'json')).toEqual(records);
      }),
      { numRuns: 200 },
    );
  });

  it('is decoded or invalid, and nothing else, with any of its bytes changed', () => {
    fc.assert(
      fc.property(logs, mutations, (message, changes) => {
        expect(decodeLogs(mutate(encodeLogs(message), changes), 'protobuf').status).toMatch(/^(ok|invalid)$/);
        expect(decodeLogs(mutate(Buffer.from(toJson(message)), changes), 'json').status).toMatch(/^(ok|invalid)$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(['protobuf', 'json'] as const)('a log record in %s', (encoding) => {
  const decode = (logRecord: object) => {
    const message = requestOf(logRecord);
    return recordsOf(encoding === 'protobuf' ? encodeLogs(message) : Buffer.from(toJson(message)), encoding)[0];
  };
  const eventName = { key: 'event.name', value: { stringValue: 'old' } };

  it.each<[string, object, Partial<LogRecord>]>([
    [
      'ids',
      { traceId: TRACE_ID, spanId: SPAN_ID },
      { traceId: TRACE_ID.toString('hex'), spanId: SPAN_ID.toString('hex') },
    ],
    ['no ids', {}, { traceId: '', spanId: '' }],
    ['ids of zeros', { traceId: Buffer.alloc(16), spanId: Buffer.alloc(8) }, { traceId: '', spanId: '' }],
    ['ids of the wrong length', { traceId: SPAN_ID, spanId: TRACE_ID }, { traceId: '', spanId: '' }],
    ['a time', { timeUnixNano: '5', observedTimeUnixNano: '6' }, { timeNs: 5n }],
    ['an observed time alone', { observedTimeUnixNano: '6' }, { timeNs: 6n }],
    ['no time', {}, { timeNs: 0n }],
    ['an event name', { eventName: 'new', attributes: [eventName] }, { eventName: 'new' }],
    ['an event name among its attributes', { attributes: [eventName] }, { eventName: 'old' }],
    ['no body', {}, { body: null }],
    ['a body', { body: { stringValue: 'hi' } }, { body: 'hi' }],
  ])('with %s', (_what, logRecord, expected) => {
    expect(decode(logRecord)).toMatchObject(expected);
  });

  it('is told from spans', () => {
    const message = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE_ID, spanId: SPAN_ID }] }] }] };
    const body = encoding === 'protobuf' ? encodeTraces(message) : Buffer.from(toJson(message));
    expect(decodeLogs(body, encoding)).toEqual({
      status: 'invalid',
      message: expect.stringMatching(/spans: send them to \/v1\/traces$/),
    });
  });
});

describe('a damaged logs request', () => {
  it('is invalid with a place', () => {
    expect(decodeLogs(Buffer.from('0a0412023202', 'hex'), 'protobuf')).toMatchObject({
      status: 'invalid',
      message: expect.stringContaining('at byte 4, resource_logs[0].scope_logs[0]'),
    });
  });
});
