import type { z } from 'zod';

/** One entry of the `detail` of a 422, as FastAPI writes it. */
export interface Detail {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

const MESSAGES: Readonly<Record<string, string>> = {
  missing: 'Field required',
  string_type: 'Input should be a valid string',
  int_type: 'Input should be a valid integer',
  float_type: 'Input should be a valid number',
  bool_type: 'Input should be a valid boolean',
  list_type: 'Input should be a valid list',
  dict_type: 'Input should be a valid dictionary',
  extra_forbidden: 'Extra inputs are not permitted',
  datetime_from_date_parsing: 'Input should be a valid datetime or date',
};

/** zod's `expected` → pydantic's error type. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'string_type',
  int: 'int_type',
  number: 'float_type',
  boolean: 'bool_type',
  array: 'list_type',
  object: 'dict_type',
  record: 'dict_type',
};

type Issue = z.core.$ZodIssue;

/** What zod found wrong with a body, in FastAPI's words. `body` is what was parsed. */
export function detailOf(issues: readonly Issue[], body: unknown): Detail[] {
  return issues.flatMap((issue) => detailsOfIssue(issue, body, []));
}

function detailsOfIssue(issue: Issue, body: unknown, prefix: readonly PropertyKey[]): Detail[] {
  const path = [...prefix, ...issue.path];
  const loc = ['body', ...path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  const known = (type: string): Detail => ({ loc, msg: MESSAGES[type] ?? issue.message, type });
  switch (issue.code) {
    case 'invalid_type':
      return [known(valueAt(body, path) === undefined ? 'missing' : (TYPES[issue.expected] ?? issue.expected))];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ ...known('extra_forbidden'), loc: [...loc, key] }));
    case 'invalid_union':
      return issue.errors.flatMap((branch) => branch.flatMap((inner) => detailsOfIssue(inner, body, path)));
    case 'invalid_key':
      return [{ ...known('enum'), loc: [...loc, '[key]'] }];
    case 'custom': {
      const type: unknown = issue.params?.['type'];
      return [known(valueAt(body, path) === undefined ? 'missing' : typeof type === 'string' ? type : 'value_error')];
    }
    default:
      return [known(issue.code)];
  }
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
