import { parseFieldPath } from '../core/field-path.ts';
import { CALL_FIELDS, type Condition, type FieldTest, type Operator } from '../core/rule.ts';
import { didYouMean } from './nearest.ts';
import { readPattern } from './rule-pattern.ts';

const MAX_DEPTH = 10;
const MAX_LIST = 100;
const MAX_VALUE_CHARS = 1000;

type Path = readonly (string | number)[];
/** Told of everything that is wrong, and of the member that has it. */
export type Report = (path: Path, message: string) => undefined;

const GROUPS = ['all', 'any', 'not'];
const TEXT_OPERATORS = ['eq', 'ne', 'contains', 'starts_with', 'ends_with'] as const;
const NUMBER_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
const OPERATORS: readonly Operator[] = [...TEXT_OPERATORS, ...NUMBER_OPERATORS, 'in', 'matches', 'exists'];

/**
 * Reads `{field: op_name, starts_with: chat}`, `{all: […]}`, `{any: […]}` or `{not: …}`.
 * Undefined where something is wrong, which `report` has been told then.
 */
export function readCondition(given: unknown, report: Report, path: Path = []): Condition | undefined {
  const depth = path.filter((key) => typeof key === 'string').length;
  if (depth > MAX_DEPTH) return report(path, `conditions may be nested ${MAX_DEPTH} deep`);
  if (!isRecord(given)) return report(path, 'must be a condition, such as {field: op_name, eq: chat}');
  if ('field' in given) return readField(given, report, path);
  const [group, ...others] = Object.keys(given);
  if (group === undefined || !GROUPS.includes(group)) {
    const hint = didYouMean(group ?? '', ['field', ...GROUPS]);
    return report(path, `names no field; a condition has field, or one of ${GROUPS.join(', ')}${hint}`);
  }
  if (others.length > 0) return report(path, `has ${[group, ...others].join(' and ')}; one of them is a condition`);
  if (group === 'not') {
    const inner = readCondition(given['not'], report, [...path, 'not']);
    return inner && { type: 'not', of: inner };
  }
  const members = given[group];
  if (!Array.isArray(members) || members.length === 0 || members.length > MAX_LIST) {
    return report([...path, group], `must be a list of 1 to ${MAX_LIST} conditions`);
  }
  const of = members.flatMap((member, at) => readCondition(member, report, [...path, group, at]) ?? []);
  return of.length === members.length ? { type: group === 'all' ? 'all' : 'any', of } : undefined;
}

function readField(given: Readonly<Record<string, unknown>>, report: Report, path: Path): Condition | undefined {
  const { field: written, ...rest } = given;
  const field = parseFieldPath(String(written));
  const [top = ''] = field?.keys ?? [];
  if (!field)
    return report([...path, 'field'], `${JSON.stringify(written)} is no path, such as inputs.messages.0.content`);
  if (!CALL_FIELDS.some((name) => name === top)) {
    const hint = didYouMean(top, CALL_FIELDS) || `; a path begins with ${CALL_FIELDS.join(', ')}`;
    return report([...path, 'field'], `calls have no ${top}${hint}`);
  }
  const [name, ...others] = Object.keys(rest);
  const operator = OPERATORS.find((one) => one === name);
  if (name === undefined || others.length > 0) return report(path, `must have one operator of ${OPERATORS.join(', ')}`);
  if (operator === undefined) {
    const hint = didYouMean(name, OPERATORS) || `; allowed: ${OPERATORS.join(', ')}`;
    return report([...path, name], `is no operator${hint}`);
  }
  const test = readTest(operator, rest[operator], (message) => report([...path, operator], message));
  return test && { type: 'field', field, test };
}

function readTest(operator: Operator, value: unknown, wrong: (message: string) => undefined): FieldTest | undefined {
  const text = isScalar(value) ? String(value) : undefined;
  switch (operator) {
    case 'in': {
      const fits = Array.isArray(value) && value.length > 0 && value.length <= MAX_LIST && value.every(isShort);
      return fits ? { operator, value: value.map(String) } : wrong(`must be a list of 1 to ${MAX_LIST} values`);
    }
    case 'exists':
      return text === 'true' || text === 'false'
        ? { operator, value: text === 'true' }
        : wrong('must be true or false');
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const number = text?.trim() ? Number(text) : Number.NaN;
      return Number.isFinite(number) ? { operator, value: number } : wrong('must be a number');
    }
    case 'matches': {
      const read = readPattern(text ?? '');
      return read.status === 'ok' ? { operator, value: read.pattern } : wrong(read.message);
    }
    case 'eq':
    case 'ne':
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return isShort(value)
        ? { operator, value: String(value) }
        : wrong(`must be a text, number, true or false of at most ${MAX_VALUE_CHARS} characters`);
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isShort(value: unknown): boolean {
  return isScalar(value) && String(value).length <= MAX_VALUE_CHARS;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
