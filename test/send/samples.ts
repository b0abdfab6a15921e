import { type Call, type ProjectId, parseProjectId } from '../../src/core/call.ts';
import type { SpanId, TraceId } from '../../src/core/span.ts';

export function project(text = 'team/app'): ProjectId {
  const id = parseProjectId(text);
  if (id === undefined) throw new Error(`not a project: ${text}`);
  return id;
}

/** A call whose JSON has exactly jsonBytes bytes (or the few that it needs). */
export function sampleCall(number: number, projectId: ProjectId = project(), jsonBytes = 0): Call {
  const id = number.toString(16).padStart(16, '0') as SpanId;
  const traceId = 'a'.repeat(32) as TraceId;
  const record = { project_id: projectId, id, trace_id: traceId, pad: '' };
  const pad = 'x'.repeat(Math.max(0, jsonBytes - JSON.stringify(record).length));
  return { projectId, id, traceId, json: Buffer.from(JSON.stringify({ ...record, pad })) };
}

/** Calls with the numbers from 1 to count. */
export function sampleCalls(count: number, projectId?: ProjectId, jsonBytes?: number): readonly Call[] {
  return Array.from({ length: count }, (_, index) => sampleCall(index + 1, projectId, jsonBytes));
}
