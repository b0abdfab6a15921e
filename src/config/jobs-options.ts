import { z } from 'zod';
import { CALL_FIELDS, type JobRule } from '../core/rule.ts';
import { fieldsOf, parseTemplate, type Shape } from '../core/template.ts';
import { countUpTo, MAX_RULE_WAIT_MS, selectionFields, selectionOf, waitUpTo, written } from './rule-options.ts';
import { scorerRef } from './scoring-options.ts';
import { size } from './types.ts';

/** What the APIs allow is 50,000 requests and 200 MB. */
const MAX_REQUESTS = 50_000;
const MAX_BYTES = 190 * 1_000_000;
const HOUR_MS = 3_600_000;
const MAX_PROMPT_CHARS = 100_000;
const MAX_BODY_DEPTH = 20;

/** Where a prompt goes in the body of a request. */
const PROMPT_FIELDS: Readonly<Record<string, (prompt: string) => Readonly<Record<string, unknown>>>> = {
  '/v1/chat/completions': (prompt) => ({ messages: [{ role: 'user', content: prompt }] }),
  '/v1/responses': (prompt) => ({ input: prompt }),
  '/v1/embeddings': (prompt) => ({ input: prompt }),
  '/v1/completions': (prompt) => ({ prompt }),
};
const ENDPOINTS = Object.keys(PROMPT_FIELDS);
const withSlash = (endpoint: string) => (endpoint.startsWith('/') ? endpoint : `/${endpoint}`);

const flush = z.strictObject({
  max_requests: countUpTo(MAX_REQUESTS).default(MAX_REQUESTS),
  max_bytes: written(size(1024, MAX_BYTES).schema).default(MAX_BYTES),
  max_wait: waitUpTo(MAX_RULE_WAIT_MS).default(HOUR_MS),
});

const writeBack = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('feedback'), scorer: scorerRef.optional() }),
  z.strictObject({ as: z.literal('rerun') }),
]);

/** A text with placeholders that calls have, or what `read` makes of it; checked by itself, so that it is told with all else. */
function template(otherwise: string, read: (text: string) => unknown) {
  return z
    .string()
    .min(1)
    .max(MAX_PROMPT_CHARS)
    .superRefine((text, context) => {
      const value = read(text);
      const wrong = (message: string) => context.addIssue({ code: 'custom', message });
      if (value === undefined) return wrong(otherwise);
      const shape = shapeOf(value, wrong);
      const unknown = fieldsOf(shape).find(({ keys }) => !CALL_FIELDS.some((name) => name === keys[0]));
      if (unknown) wrong(`calls have no ${unknown.text}; a path begins with ${CALL_FIELDS.join(', ')}`);
    });
}

const fields = z.strictObject({
  ...selectionFields,
  job_id: z.string().min(1).max(200),
  model: z.string().min(1).max(200),
  endpoint: z
    .string()
    .refine((text) => ENDPOINTS.includes(withSlash(text)), { message: `must be one of ${ENDPOINTS.join(', ')}` })
    .default('/v1/chat/completions'),
  completion_window: z.string().min(1).max(64).default('unlimited'),
  prompt: template('', (text) => text).optional(),
  body: template('must be a JSON object, its placeholders within texts', parsedObject).optional(),
  flush: flush.prefault({}),
  attempts: countUpTo(10).default(3),
  write_back: writeBack.default({ as: 'feedback' }),
});

/** An item of `jobs.rules`. `job_id: none` is for providers that have no such thing. */
export const jobRule: z.ZodType<JobRule> = fields.transform((given, context) => {
  const { job_id, model, endpoint, completion_window, flush: limits, attempts, write_back } = given;
  const body = readBody(given);
  if (!body) {
    const place = Object.keys(placeOf(endpoint, '')).join();
    context.addIssue({ code: 'custom', path: ['prompt'], message: `missing; or give body a ${place}` });
    return z.NEVER;
  }
  return {
    ...selectionOf(given),
    jobId: job_id === 'none' ? null : job_id,
    model,
    endpoint,
    completionWindow: completion_window,
    body,
    flush: { maxRequests: limits.max_requests, maxBytes: limits.max_bytes, maxWaitMs: limits.max_wait },
    attempts,
    writeBack: write_back.as === 'rerun' ? { as: 'rerun' } : { as: 'feedback', scorer: write_back.scorer ?? null },
  };
});

/** The body of a request: what `body` says as JSON, with `prompt` where the endpoint has its place, and the model. */
function readBody({ prompt, body, endpoint, model }: z.output<typeof fields>): Shape | undefined {
  const given = body === undefined ? {} : (parsedObject(body) ?? {});
  const texts = placeOf(endpoint, prompt ?? '');
  if (prompt === undefined && Object.keys(texts).every((key) => !(key in given))) return undefined;
  const shape = shapeOf({ ...given, ...(prompt !== undefined && texts), model: '' });
  return shape.type === 'object' ? withModel(shape, model) : undefined;
}

/** The prompt in its place. */
function placeOf(endpoint: string, prompt: string): Readonly<Record<string, unknown>> {
  return PROMPT_FIELDS[withSlash(endpoint)]?.(prompt) ?? {};
}

/** The model is no template: it must be the job's, letter for letter. */
function withModel(shape: Extract<Shape, { type: 'object' }>, model: string): Shape {
  const text: Shape = { type: 'text', template: [model] };
  return { type: 'object', members: shape.members.map(([key, member]) => [key, key === 'model' ? text : member]) };
}

function shapeOf(value: unknown, wrong: (message: string) => void = () => undefined, depth = 0): Shape {
  if (depth > MAX_BODY_DEPTH) wrong(`is nested more than ${MAX_BODY_DEPTH} deep`);
  else if (Array.isArray(value)) return { type: 'list', items: value.map((item) => shapeOf(item, wrong, depth + 1)) };
  else if (typeof value === 'object' && value !== null) {
    return {
      type: 'object',
      members: Object.entries(value).map(([key, member]) => [key, shapeOf(member, wrong, depth + 1)] as const),
    };
  } else if (typeof value === 'string') {
    const parsed = parseTemplate(value);
    if (parsed.status === 'ok') return { type: 'text', template: parsed.template };
    wrong(parsed.message);
  } else if (typeof value === 'number' || typeof value === 'boolean') return { type: 'value', value };
  return { type: 'value', value: null };
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
