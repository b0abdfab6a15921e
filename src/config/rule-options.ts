/** What scoring rules and job rules have in common. */
import { z } from 'zod';
import type { Condition, Selection } from '../core/rule.ts';
import { readCondition } from './rule-condition.ts';
import { bool, duration, integer, list, type OptionType } from './types.ts';

const DAY_MS = 24 * 3_600_000;

/** A scalar as any source gives it: YAML leaves text, JSON has numbers and booleans, too. */
export function written<T>(schema: z.ZodType<T, string>): z.ZodType<T> {
  return z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(schema);
}

/** A number within bounds, both included. */
export function numberFrom(min: number, max: number): z.ZodType<number> {
  return written(
    z.string().transform((text, context) => {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `must be a number from ${min} to ${max}` });
      return z.NEVER;
    }),
  );
}

export const waitUpTo = (maxMs: number) => written(duration(0, maxMs).schema);
export const countUpTo = (max: number) => written(integer(1, max).schema);

export const ref = (isGood: (text: string) => boolean, example: string) =>
  z.string().refine(isGood, { message: `must look like ${example}` });

const condition: z.ZodType<Condition> = z.unknown().transform((given, context) => {
  const read = readCondition(given, (path, message) => {
    context.addIssue({ code: 'custom', path: [...path], message });
    return undefined;
  });
  return read ?? z.NEVER;
});

const EVERY_CALL: Condition = { type: 'all', of: [] };

export const selectionFields = {
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
  enabled: written(bool.schema).default(true),
  when: condition.default(EVERY_CALL),
  sample: numberFrom(0, 1).default(1),
  sample_by: z.enum(['trace', 'call']).default('trace'),
  salt: z.string().max(100).default(''),
  limit: z
    .strictObject({ calls_per_day: countUpTo(1e9).optional(), usd_per_day: numberFrom(0, 1e9).optional() })
    .default({}),
};

type SelectionInput = { readonly [Key in keyof typeof selectionFields]: z.output<(typeof selectionFields)[Key]> };

export function selectionOf(given: SelectionInput): Selection {
  const { name, enabled, when, sample, sample_by: sampleBy, salt, limit } = given;
  const { calls_per_day: callsPerDay, usd_per_day: usdPerDay } = limit;
  return {
    name,
    enabled,
    when,
    sample,
    sampleBy,
    salt,
    limit: { ...(callsPerDay !== undefined && { callsPerDay }), ...(usdPerDay !== undefined && { usdPerDay }) },
  };
}

export const MAX_RULE_WAIT_MS = 7 * DAY_MS;

/** The names of rules as they were given, whatever else is in their place. */
export function namesIn(rules: readonly unknown[]): readonly (string | undefined)[] {
  return rules.map((rule) => {
    const isNamed = typeof rule === 'object' && rule !== null && 'name' in rule && typeof rule.name === 'string';
    return isNamed ? String(rule.name) : undefined;
  });
}

/** A list of rules, each with a name of its own. */
export function namedList<T extends { readonly name: string }>(
  item: z.ZodType<T>,
  allowed: string,
): OptionType<readonly T[]> {
  const type = list(item, allowed);
  const schema = type.schema.superRefine(
    (rules, context) => {
      const names = namesIn(rules);
      for (const [at, name] of names.entries()) {
        if (name === undefined || names.indexOf(name) === at) continue;
        context.addIssue({ code: 'custom', path: [at, 'name'], message: `${name} is used twice` });
      }
    },
    // Also where other things are wrong: everything is told at once.
    { when: ({ value }) => Array.isArray(value) },
  );
  return { ...type, schema };
}
