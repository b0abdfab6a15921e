import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeMetrics } from '../../src/observe/metrics.ts';
import { metricsTable } from './metrics-page.ts';

const FILE = resolve(import.meta.dirname, '../../docs/metrics.md');
const [BEGIN, END] = ['<!-- table -->', '<!-- end of table -->'];

it('docs/metrics.md lists the metrics that there are', () => {
  const page = readFileSync(FILE, 'utf8');
  const [head = '', rest = ''] = page.split(BEGIN);
  const [, tail = ''] = rest.split(END);
  const made = `${head}${BEGIN}\n${metricsTable()}\n${END}${tail}`;
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, made);
  expect(readFileSync(FILE, 'utf8')).toBe(made);
});

it('docs/metrics.md speaks of no metric that does not exist', () => {
  const names = describeMetrics().map(({ name }) => name);
  const spoken = readFileSync(FILE, 'utf8').match(/otelweave_\w+/g) ?? [];
  expect(
    spoken.filter((name) => !names.includes(name.replace(/_(bucket|sum|count)$/, '')) && !names.includes(name)),
  ).toEqual([]);
});
