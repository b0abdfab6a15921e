import { describeMetrics } from '../../src/observe/metrics.ts';

/** The table of docs/metrics.md. */
export function metricsTable(): string {
  const rows = describeMetrics().map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`);
  return ['| metric | type | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}
