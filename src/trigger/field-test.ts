import { type FieldTest, MAX_MATCHED_CHARS } from '../core/rule.ts';

/**
 * Makes the function that tests the values at a path. One that passes is enough. Values are compared as texts, so that
 * `eq: 5` in YAML meets 5 and "5"; sizes are compared as numbers. `ne` is the opposite of `eq`, also where there is nothing.
 */
export function fieldTest(test: FieldTest): (values: readonly unknown[]) => boolean {
  switch (test.operator) {
    case 'eq':
      return (values) => values.some((value) => equals(value, test.value));
    case 'ne':
      return (values) => !values.some((value) => equals(value, test.value));
    case 'in':
      return (values) => values.some((value) => test.value.some((one) => equals(value, one)));
    case 'contains':
      return (values) => values.some((value) => contains(value, test.value));
    case 'starts_with':
      return (values) => values.some((value) => typeof value === 'string' && value.startsWith(test.value));
    case 'ends_with':
      return (values) => values.some((value) => typeof value === 'string' && value.endsWith(test.value));
    case 'matches':
      return (values) =>
        values.some((value) => typeof value === 'string' && test.value.test(value.slice(0, MAX_MATCHED_CHARS)));
    case 'gt':
      return (values) => values.some((value) => numberOf(value) > test.value);
    case 'gte':
      return (values) => values.some((value) => numberOf(value) >= test.value);
    case 'lt':
      return (values) => values.some((value) => numberOf(value) < test.value);
    case 'lte':
      return (values) => values.some((value) => numberOf(value) <= test.value);
    case 'exists':
      return (values) => values.some((value) => value !== null) === test.value;
  }
}

function equals(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value === text;
  if (typeof value === 'number') return String(value) === text || Number(text || Number.NaN) === value;
  return typeof value === 'boolean' && String(value) === text;
}

/** A text holds a piece of text; a list holds an item. */
function contains(value: unknown, text: string): boolean {
  if (Array.isArray(value)) return value.some((item) => equals(item, text));
  return typeof value === 'string' && value.includes(text);
}

/** NaN, which is neither larger nor smaller than anything, for what is no number. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
