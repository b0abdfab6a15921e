import { hash } from 'node:crypto';
import { isRecord, parsedJson } from '../http/server-error.ts';
import type { Item } from '../store/items.ts';
import type { Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import { callRef } from '../weave/weave-api.ts';
import { storedBatch } from './batch.ts';

/**
 * A new call out of an answer, in a trace of its own, linked to the call that it repeats, which stays as it is.
 * The same item gives the same call, byte for byte: Weave keeps it once, however often it is written.
 */
export function rerunCall(item: Item, job: Job, rule: JobSettings): Readonly<Record<string, unknown>> {
  const request = parsedJson(item.request ?? '{}');
  const output = parsedJson(item.answer ?? 'null');
  const { usage, model } = isRecord(output) ? output : {};
  const usedModel = typeof model === 'string' ? model : rule.model;
  const id = hash('sha256', JSON.stringify([item.project, item.callId, item.rule, item.version]), 'hex');
  const batch = storedBatch(job.batch);
  return {
    project_id: item.project,
    id: id.slice(0, 16),
    trace_id: id.slice(16, 48),
    parent_id: null,
    op_name: 'rerun',
    display_name: `rerun ${item.rule}`,
    started_at: new Date(job.submittedAtMs ?? 0).toISOString(),
    ended_at: new Date(job.endedAtMs ?? 0).toISOString(),
    attributes: {
      kind: 'llm',
      model: usedModel,
      weave: { kind: 'llm', source: 'otel-weave-bridge' },
      otel_weave_bridge: {
        rule: { name: item.rule, version: item.version },
        source_call: callRef(item.project, item.callId),
        source_trace_id: item.traceId,
        job: job.submission,
        batch_id: job.batchId,
        custom_id: item.customId,
        cost_usd: item.costUsd,
        price_1m_tokens: batch?.price_1m_tokens || null,
      },
    },
    inputs: isRecord(request) ? request : {},
    output,
    summary: { usage: { [usedModel]: usageOf(usage) }, status_counts: { success: 1, error: 0 } },
  };
}

/** Under one of the two names that providers have for each count, as Weave adds both up. */
function usageOf(usage: unknown): Readonly<Record<string, number>> {
  const counts = isRecord(usage) ? usage : {};
  const count = (...names: readonly string[]) =>
    names.map((name) => counts[name]).find((value) => typeof value === 'number');
  const input = Number(count('prompt_tokens', 'input_tokens') ?? 0);
  const output = Number(count('completion_tokens', 'output_tokens') ?? 0);
  const total = Number(count('total_tokens') ?? input + output);
  return { requests: 1, input_tokens: input, output_tokens: output, total_tokens: total };
}
