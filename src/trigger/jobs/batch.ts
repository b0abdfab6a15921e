import { z } from 'zod';

/** Providers leave out, add and misspell fields: only what is needed is looked at, and nothing of it is trusted to be there. */
const text = z.string().min(1).nullish().catch(null);
const count = z.number().catch(0).default(0);

const schema = z.looseObject({
  id: z.string().min(1),
  /** Some write it in capitals. */
  status: z.string().toLowerCase(),
  input_file_id: text,
  /** Empty text means none, too. */
  output_file_id: text,
  error_file_id: text,
  created_at: z.number().nullish().catch(null),
  model: text,
  metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
  request_counts: z.looseObject({ total: count, completed: count, failed: count }).nullish().catch(null),
  errors: z
    .looseObject({
      data: z.array(z.looseObject({ code: text, line: z.number().nullish().catch(null), message: text })).catch([]),
    })
    .nullish()
    .catch(null),
  processing_cost: count,
  price_1m_tokens: count,
  usage: z
    .looseObject({
      total_tokens: count,
      prompt_tokens: count,
      completion_tokens: count,
      input_tokens: count,
      output_tokens: count,
    })
    .nullish()
    .catch(null),
});

/** A batch as the API shows it. */
export type Batch = z.output<typeof schema>;

/** Undefined for what is no batch: it has neither id nor status. */
export function batchOf(value: unknown): Batch | undefined {
  const read = schema.safeParse(value);
  return read.success ? read.data : undefined;
}

/** A batch that was stored as text. */
export function storedBatch(json: string | null): Batch | undefined {
  return json === null ? undefined : batchOf(JSON.parse(json));
}

export function fileIdOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const { id } = body;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

const ENDED = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** A status that is not known is taken as one on the way. */
export function isEnded({ status }: Batch): boolean {
  return ENDED.has(status);
}

/** What an answer has cost of that, in USD; null: not known. By its tokens, or as much as any other where nobody counts. */
export function shareOfCost(
  usd: number | null,
  { answers, tokens }: { readonly answers: number; readonly tokens: number },
): (itsTokens: number | null) => number | null {
  return (its) => {
    if (usd === null || answers === 0) return null;
    return tokens > 0 ? (usd * (its ?? 0)) / tokens : usd / answers;
  };
}

/** What the batch has cost in USD; null: not known. 0 is what providers write where they do not know. */
export function costOf({ processing_cost: cost, price_1m_tokens: price, usage }: Batch): number | null {
  if (cost > 0) return cost;
  const tokens =
    usage?.total_tokens ||
    (usage?.prompt_tokens || usage?.input_tokens || 0) + (usage?.completion_tokens || usage?.output_tokens || 0);
  return price > 0 && tokens > 0 ? (price * tokens) / 1_000_000 : null;
}
