import { type FieldTest, MAX_MATCHED_CHARS } from '../core/rule.ts';

/**
 * Makes the function that tests the values at a path. One that passes is enough. Values are compared as texts, so that
 * `eq: 5` in YAML meets 5 and "5"; sizes are compared as numbers. `ne` is the opposite of `eq`, also where there is nothing.
 */
export function fieldTest(test: FieldTest): (values: readonly unknown[]) => boolean {
  const isOfOne = testOfOne(test);
  const someOne = (values: readonly unknown[]) => {
    for (let at = 0; at < values.length; at += 1) if (isOfOne(values[at])) return true;
    return false;
  };
  if (test.operator === 'ne') return (values) => !someOne(values);
  return test.operator === 'exists' && !test.value ? (values) => !someOne(values) : someOne;
}

function testOfOne(test: FieldTest): (value: unknown) => boolean {
  switch (test.operator) {
    case 'eq':
    case 'ne':
      return (value) => equals(value, test.value);
    case 'in':
      return (value) => test.value.some((one) => equals(value, one));
    case 'contains':
      return (value) => contains(value, test.value);
    case 'starts_with':
      return (value) => typeof value === 'string' && value.startsWith(test.value);
    case 'ends_with':
      return (value) => typeof value === 'string' && value.endsWith(test.value);
    case 'matches':
      return (value) => typeof value === 'string' && test.value.test(value.slice(0, MAX_MATCHED_CHARS));
    case 'gt':
      return (value) => numberOf(value) > test.value;
    case 'gte':
      return (value) => numberOf(value) >= test.value;
    case 'lt':
      return (value) => numberOf(value) < test.value;
    case 'lte':
      return (value) => numberOf(value) <= test.value;
    case 'exists':
      return (value) => value !== null;
  }
}

function equals(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value === text;
  if (typeof value === 'number') return String(value) === text || (text.trim() !== '' && Number(text) === value);
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
