/**
 * Weave's query language, as far as feedback needs it:
 * { $expr: { $and: [{ $eq: [{ $getField: 'weave_ref' }, { $literal: '…' }] }, …] } }
 */
import { isJsonObject } from './bodies/json-object.ts';
import { MAX_QUERY_OPERATORS } from './limits.ts';
import type { SqlValue } from './store/database.ts';
import { FEEDBACK_FIELDS, type FeedbackCondition } from './store/feedback.ts';

export type QueryOutcome =
  | { readonly status: 'read'; readonly condition: FeedbackCondition }
  | { readonly status: 'refused'; readonly reason: string };

const COMPARISONS: Readonly<Record<string, string>> = { $eq: 'IS', $gt: '>', $gte: '>=' };

class Refused extends Error {}

/** Reads the value of `$expr`; null asks for everything. */
export function feedbackCondition(expression: unknown): QueryOutcome {
  if (expression === null) return { status: 'read', condition: { sql: '1', values: [] } };
  const values: SqlValue[] = [];
  let operators = 0;

  function condition(node: unknown): string {
    operators += 1;
    if (operators > MAX_QUERY_OPERATORS) throw new Refused(`A query may have ${MAX_QUERY_OPERATORS} operators`);
    const [operator, operands] = only(node);
    switch (operator) {
      case '$and':
      case '$or':
        return `(${list(operands)
          .map(condition)
          .join(operator === '$and' ? ' AND ' : ' OR ')})`;
      case '$not':
        return `NOT (${condition(list(operands)[0])})`;
      case '$eq':
      case '$gt':
      case '$gte': {
        const [left, right] = list(operands);
        return `(${operand(left)} ${COMPARISONS[operator]} ${operand(right)})`;
      }
      case '$in': {
        const [left, right] = list(operands);
        return `(${operand(left)} IN (${list(right).map(operand).join(', ')}))`;
      }
      default:
        throw new Refused(`Unknown operator ${operator.slice(0, 64)}`);
    }
  }

  function operand(node: unknown): string {
    const [operator, value] = only(node);
    if (operator === '$getField') {
      const field = FEEDBACK_FIELDS.find((name) => name === value);
      if (!field) throw new Refused(`Field ${String(value).slice(0, 64)} is not allowed`);
      return field;
    }
    if (operator !== '$literal') throw new Refused('Expected $getField or $literal');
    if (typeof value !== 'string' && typeof value !== 'number' && value !== null)
      throw new Refused('A literal must be a string, a number or null');
    values.push(value);
    return '?';
  }

  try {
    return { status: 'read', condition: { sql: condition(expression), values } };
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', reason: error.message };
    throw error;
  }
}

/** The one key of an operator and its value. */
function only(node: unknown): [string, unknown] {
  const entries = isJsonObject(node) ? Object.entries(node) : [];
  const [first] = entries;
  if (!first || entries.length > 1) throw new Refused('Expected an object with one operator');
  return first;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new Refused('Expected a list of operands');
  return value;
}
