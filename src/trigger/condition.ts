import type { FieldPath } from '../core/field-path.ts';
import { CALL_FIELDS, type Condition, type FieldTest } from '../core/rule.ts';
import { createFieldReader } from './field-reader.ts';
import { fieldTest } from './field-test.ts';
import type { OpenCall } from './sections.ts';

/** The conditions of all rules, made ready to be asked of one call after the other. */
export interface Conditions {
  /** Begins with another call. */
  open(call: OpenCall): void;
  /** Whether the call that is open meets the condition of this number. */
  meets(condition: number): boolean;
}

type FieldCondition = Extract<Condition, { type: 'field' }>;
type Check = () => boolean;

/** A test whether a field is this text, by its number. */
interface Equality {
  readonly text: string;
  readonly test: number;
}

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Rules ask much the same of a call: each test is made once, and each field read once, for all of them. */
export function compileConditions(conditions: readonly Condition[]): Conditions {
  const paths: FieldPath[] = [];
  const tests: Check[] = [];
  const testNumbers = new Map<string, number>();
  const equalities = new Map<number, Equality[]>();
  const compiled = conditions.map(compileWhole);
  const reader = createFieldReader(paths);
  const verdicts = new Uint8Array(tests.length);

  /** Tests that must all be passed, and what else has to be so. Nearly every condition comes out without a rest. */
  function compileWhole(condition: Condition): { readonly tests: readonly number[]; readonly rest: readonly Check[] } {
    const parts = inOrder(condition.type === 'all' ? condition.of : [condition]);
    return {
      tests: parts.flatMap((part) => (part.type === 'field' ? [testNumber(part)] : [])),
      rest: parts.flatMap((part) => (part.type === 'field' ? [] : [compile(part)])),
    };
  }

  /** Makes a function of a condition. What stands early in a call is asked first: it costs the least. */
  function compile(condition: Condition): Check {
    switch (condition.type) {
      case 'all':
      case 'any': {
        const parts = inOrder(condition.of).map(compile);
        const decisive = condition.type === 'any';
        return () => {
          for (const part of parts) if (part() === decisive) return decisive;
          return !decisive;
        };
      }
      case 'not': {
        const part = compile(condition.of);
        return () => !part();
      }
      case 'field': {
        const test = testNumber(condition);
        return () => passes(test);
      }
    }
  }

  function testNumber({ field, test }: FieldCondition): number {
    // a list is not its text: ['a,b'] and ['a', 'b'] are two tests
    const key = JSON.stringify([
      field.text,
      test.operator,
      Array.isArray(test.value) ? test.value : String(test.value),
    ]);
    const known = testNumbers.get(key);
    if (known !== undefined) return known;
    const number = tests.length;
    testNumbers.set(key, number);
    if (test.operator === 'eq' && field.text !== 'duration_ms') tests.push(equalityTest(field, test.value, number));
    else tests.push(field.text === 'duration_ms' ? durationTest(test) : valueTest(field, test));
    return number;
  }

  /** Rules that are told apart by one field, a tenant or a model, are many: one look at it decides the tests of them all. */
  function equalityTest(field: FieldPath, text: string, number: number): Check {
    const path = pathNumber(field);
    const alike = equalities.get(path) ?? [];
    equalities.set(path, alike);
    alike.push({ text, test: number });
    let decide: ((values: readonly unknown[]) => void) | undefined;
    return () => {
      decide ??= equalityDecider(alike, verdicts);
      decide(reader.values(path));
      return verdicts[number] === YES;
    };
  }

  function valueTest(field: FieldPath, test: FieldTest): Check {
    const path = pathNumber(field);
    const fits = fieldTest(test);
    if (test.operator === 'exists') return () => reader.exists(path) === test.value;
    if (test.operator === 'contains' && isPlain(test.value)) {
      const bytes = Buffer.from(test.value);
      return () => reader.mayHold(path, bytes) && fits(reader.values(path));
    }
    // Calls repeat each other, and the reader answers a short value that stays the same with the same list.
    let last: readonly unknown[] | undefined;
    let verdict = false;
    return () => {
      const values = reader.values(path);
      if (values !== last) {
        last = values;
        verdict = fits(values);
      }
      return verdict;
    };
  }

  function durationTest(test: FieldTest): Check {
    const started = pathNumber({ text: 'started_at', keys: ['started_at'] });
    const ended = pathNumber({ text: 'ended_at', keys: ['ended_at'] });
    const fits = fieldTest(test);
    return () => fits([reader.time(ended) - reader.time(started)]);
  }

  function pathNumber(path: FieldPath): number {
    const known = paths.findIndex(({ text }) => text === path.text);
    return known < 0 ? paths.push(path) - 1 : known;
  }

  function passes(test: number): boolean {
    if (verdicts[test] === UNKNOWN) verdicts[test] = tests[test]?.() ? YES : NO;
    return verdicts[test] === YES;
  }

  return {
    open(call) {
      reader.open(call);
      verdicts.fill(UNKNOWN);
    },
    meets(number) {
      const condition = compiled[number];
      if (condition === undefined) return false;
      for (let at = 0; at < condition.tests.length; at += 1) if (!passes(condition.tests[at] ?? 0)) return false;
      for (let at = 0; at < condition.rest.length; at += 1) if (!condition.rest[at]?.()) return false;
      return true;
    },
  };
}

/** Writes the verdicts of all the tests, of which at most a few are passed. */
function equalityDecider(alike: readonly Equality[], verdicts: Uint8Array): (values: readonly unknown[]) => void {
  const byText = Map.groupBy(alike, ({ text }) => text);
  const numeric = alike.filter(({ text }) => text.trim() !== '' && !Number.isNaN(Number(text)));
  const byNumber = Map.groupBy(numeric, ({ text }) => Number(text));
  return (values) => {
    for (const { test } of alike) verdicts[test] = NO;
    for (const value of values) {
      const passed =
        typeof value === 'number' ? byNumber.get(value) : isText(value) ? byText.get(String(value)) : undefined;
      if (passed) for (const { test } of passed) verdicts[test] = YES;
    }
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

/** Whether the text stands in JSON as it is; a number has more than one form. */
function isPlain(text: string): boolean {
  return !/["\\/\p{Cc}]/u.test(text) && Number.isNaN(Number(text));
}

function inOrder(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** The place in a call behind which nothing has to be read for the condition. */
function placeOf(condition: Condition): number {
  switch (condition.type) {
    case 'all':
    case 'any':
      return Math.max(0, ...condition.of.map(placeOf));
    case 'not':
      return placeOf(condition.of);
    case 'field':
      return (CALL_FIELDS as readonly string[]).indexOf(condition.field.keys[0] ?? '');
  }
}
