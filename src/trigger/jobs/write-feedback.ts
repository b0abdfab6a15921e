import { hash } from 'node:crypto';
import { scorerName } from '../../core/rule.ts';
import { parsedJson } from '../http/server-error.ts';
import type { Item } from '../store/items.ts';
import type { Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import { callRef } from '../weave/weave-api.ts';
import { outputOf } from './answer-text.ts';
import { storedBatch } from './batch.ts';
import { judgementOf } from './judgement.ts';

/** Weave takes 1 MiB of payload; what does not fit is cut. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024 - 4096;

type FeedbackBody = Readonly<Record<string, unknown>> & { readonly id: string; readonly feedback_type: string };

/** The type of feedback that a rule writes: a scorer's where it names one, else one of its own. */
export function feedbackType(rule: string, writeBack: JobSettings['writeBack']): string {
  const scorer = writeBack.as === 'feedback' ? writeBack.scorer : null;
  return scorer === null ? `otel-weave.job.${rule}` : `wandb.runnable.${scorerName(scorer)}`;
}

/** The body of `feedback/create` for an answer. The same item gives the same id, so that Weave can see that it is the same. */
export function feedbackOf(item: Item, job: Job, rule: JobSettings): FeedbackBody {
  const answer = parsedJson(item.answer ?? 'null');
  const { usage, model } = (answer ?? {}) as { readonly usage?: unknown; readonly model?: unknown };
  const payload = {
    ...judgementOf(outputOf(answer)),
    rule: item.rule,
    rule_version: item.version,
    sample_rate: rule.sample,
    model: typeof model === 'string' ? model : rule.model,
    job: job.submission,
    batch_id: job.batchId,
    custom_id: item.customId,
    usage: usage ?? null,
    cost_usd: item.costUsd ?? null,
    price_1m_tokens: storedBatch(job.batch)?.price_1m_tokens || null,
  };
  const scorer = rule.writeBack.as === 'feedback' ? rule.writeBack.scorer : null;
  return {
    id: feedbackId(item),
    project_id: item.project,
    weave_ref: callRef(item.project, item.callId),
    feedback_type: feedbackType(item.rule, rule.writeBack),
    payload: fitted(payload),
    creator: 'otel-weave-bridge',
    ...(scorer !== null && { runnable_ref: scorer }),
  };
}

/** A UUID made of what the feedback is about (version 8: https://www.rfc-editor.org/rfc/rfc9562#section-5.8). */
function feedbackId({ project, callId, rule, version }: Item): string {
  const hex = hash('sha256', JSON.stringify([project, callId, rule, version]), 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What the model said is cut where it is too long; `output` stays there, for Weave asks for it. */
function fitted(payload: Readonly<Record<string, unknown>> & { readonly output: unknown; readonly raw?: unknown }) {
  if (sizeOf(payload) <= MAX_PAYLOAD_BYTES) return payload;
  const { raw: _raw, ...others } = payload;
  if (sizeOf(others) <= MAX_PAYLOAD_BYTES) return others;
  const text = typeof payload.output === 'string' ? payload.output : JSON.stringify(payload.output);
  // A character takes at most 6 bytes in JSON: \u0000.
  return { ...others, output: text.slice(0, MAX_PAYLOAD_BYTES / 8), output_cut: true };
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
