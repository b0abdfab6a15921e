import { z } from 'zod';
import { pattern } from './types.ts';

const REPLACEMENT = '[redacted]';

/** An item of `map.include` and `map.exclude`. */
export const spanFilter = z
  .strictObject({
    scope: pattern.optional(),
    name: pattern.optional(),
    /** An attribute's key, exactly. */
    attribute: z.string().min(1).optional(),
    /** What the attribute's value must match. */
    value: pattern.optional(),
  })
  .refine(({ scope, name, attribute }) => (scope ?? name ?? attribute) !== undefined, {
    message: 'names no scope, name or attribute',
  })
  .refine(({ attribute, value }) => value === undefined || attribute !== undefined, {
    message: 'has a value but no attribute',
  })
  .transform(({ scope, name, attribute, value }) => ({
    ...(scope && { scope }),
    ...(name && { name }),
    ...(attribute !== undefined && { attribute: { key: attribute, ...(value && { value }) } }),
  }));

/** An item of `map.redact`. */
export const redactRule = z
  .strictObject({ key: pattern.optional(), value: pattern.optional(), replace: z.string().default(REPLACEMENT) })
  .refine(({ key, value }) => (key ?? value) !== undefined, { message: 'names neither key nor value' })
  .transform(({ key, value, replace }) => ({ ...(key && { key }), ...(value && { value }), replacement: replace }));
