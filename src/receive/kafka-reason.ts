import { messageOf } from '../core/errors.ts';

const MAX_DEPTH = 10;
const MAX_REASONS = 3;
const MAX_LENGTH = 500;

/**
 * What went wrong, for a person. A client that has tried several brokers several times throws errors of errors, of which
 * the outer ones say only that it has.
 */
export function reasonOf(thrown: unknown): string {
  const reasons = [...new Set(innermost(thrown, 0))].slice(0, MAX_REASONS);
  return reasons.join('; ').slice(0, MAX_LENGTH);
}

function innermost(thrown: unknown, depth: number): readonly string[] {
  const message = messageOf(thrown);
  if (!(thrown instanceof Error) || depth === MAX_DEPTH) return [message];
  const errors: unknown = thrown instanceof AggregateError ? thrown.errors : [];
  if (Array.isArray(errors) && errors.length > 0) return errors.flatMap((error) => innermost(error, depth + 1));
  if (!(thrown.cause instanceof Error)) return [message];
  return innermost(thrown.cause, depth + 1).map((cause) => `${message.replace(/\.$/, '')}: ${cause}`);
}
