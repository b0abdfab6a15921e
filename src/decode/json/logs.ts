import type { LogRecord } from '../../core/log-record.ts';
import { logRecord } from '../log-record.ts';
import { type DecodedLogs, type Invalid, invalid } from '../outcome.ts';
import { decodeJson } from './decode.ts';
import { LOG_NAMES, otherSignal, readGroups } from './envelope.ts';
import type { JsonObject, JsonReader } from './reader.ts';
import { readAttributes, readValue } from './values.ts';

/** Decodes an ExportLogsServiceRequest or LogsData, in OTLP/JSON. A value that is nested too deeply is empty. */
export function decodeLogs(body: Uint8Array): DecodedLogs | Invalid {
  return decodeJson(body, (reader, document): DecodedLogs | Invalid => {
    const mistaken = otherSignal(document, LOG_NAMES);
    if (mistaken !== undefined) return invalid(mistaken);
    const records: LogRecord[] = [];
    readGroups(reader, document, LOG_NAMES, (record, { scope }) =>
      records.push(readLogRecord(reader, record, scope.name)),
    );
    return { status: 'ok', records };
  });
}

function readLogRecord(reader: JsonReader, record: JsonObject, scopeName: string): LogRecord {
  const observed = record.observedTimeUnixNano ?? record.observed_time_unix_nano;
  const raw = {
    traceId: reader.string(record.traceId ?? record.trace_id, 'traceId').toLowerCase(),
    spanId: reader.string(record.spanId ?? record.span_id, 'spanId').toLowerCase(),
    eventName: reader.string(record.eventName ?? record.event_name, 'eventName'),
    timeNs: reader.nanoseconds(record.timeUnixNano ?? record.time_unix_nano, 'timeUnixNano'),
    observedTimeNs: reader.nanoseconds(observed, 'observedTimeUnixNano'),
    body: reader.object(record.body, 'body', (body) => readValue(reader, body)),
    attributes: readAttributes(reader, record.attributes),
  };
  return logRecord(raw, scopeName);
}
