import type { LogRecord } from '../../core/log-record.ts';
import type { Value } from '../../core/span.ts';
import { logRecord } from '../log-record.ts';
import { type DecodedLogs, type Invalid, invalid } from '../outcome.ts';
import { decodeProtobuf } from './decode.ts';
import { readResourceGroup } from './envelope.ts';
import type { WireReader } from './reader.ts';
import { LOG_RECORD, LOGS, RESOURCE_LOGS, SCOPE_LOGS } from './schema.ts';
import { skim } from './skim.ts';
import { readAttribute, readValue } from './values.ts';

/** Decodes an ExportLogsServiceRequest or LogsData. A value that is nested too deeply is empty. */
export function decodeLogs(body: Uint8Array): DecodedLogs | Invalid {
  const decoded = decodeProtobuf(body, LOGS, (reader): DecodedLogs => {
    const records: LogRecord[] = [];
    while (reader.next(LOGS) !== 0) {
      readResourceGroup(reader, RESOURCE_LOGS, SCOPE_LOGS, (inside, { scope }) =>
        records.push(readLogRecord(inside, scope.name)),
      );
    }
    return { status: 'ok', records };
  });
  const spans = decoded.status === 'invalid' ? (skim(body)?.spans ?? 0) : 0;
  return spans > 0 ? invalid('these look like spans: send them to /v1/traces') : decoded;
}

/**
 * The field numbers of traces and logs overlap so much that a log record can pass for a span without ids.
 * An empty record could be either; a time or a body tells.
 */
export function looksLikeLogs(body: Uint8Array): boolean {
  const decoded = decodeLogs(body);
  return decoded.status === 'ok' && decoded.records.some((record) => record.timeNs !== 0n || record.body !== null);
}

function readLogRecord(reader: WireReader, scopeName: string): LogRecord {
  const outer = reader.enter();
  let timeNs = 0n;
  let observedTimeNs = 0n;
  let body: Value = null;
  const attributes = new Map<string, Value>();
  let traceId = '';
  let spanId = '';
  let eventName = '';
  for (let field = reader.next(LOG_RECORD); field !== 0; field = reader.next(LOG_RECORD)) {
    switch (field) {
      case 1:
        timeNs = reader.fixed64();
        break;
      case 5:
        body = readValue(reader);
        break;
      case 6:
        readAttribute(reader, attributes);
        break;
      case 9:
        traceId = reader.hex();
        break;
      case 10:
        spanId = reader.hex();
        break;
      case 11:
        observedTimeNs = reader.fixed64();
        break;
      case 12:
        eventName = reader.string();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return logRecord({ traceId, spanId, eventName, timeNs, observedTimeNs, body, attributes }, scopeName);
}
