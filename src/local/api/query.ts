import type { z } from 'zod';
import { detailOf } from '../bodies/detail.ts';
import { detail, type TextReply } from '../http/reply.ts';

export type ReadQuery<T> =
  | { readonly status: 'read'; readonly value: T }
  | { readonly status: 'refused'; readonly reply: TextReply };

/** Checks a query as FastAPI does, and refuses it in the same words. */
export function readQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): ReadQuery<T> {
  const given = Object.fromEntries(query);
  const checked = schema.safeParse(given);
  if (checked.success) return { status: 'read', value: checked.data };
  const details = detailOf(checked.error.issues, given);
  return {
    status: 'refused',
    reply: detail(
      422,
      details.map((one) => ({ ...one, loc: ['query', ...one.loc.slice(1)] })),
    ),
  };
}
