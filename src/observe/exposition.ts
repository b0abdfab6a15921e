const PREFIX = 'otelweave_';

export interface Metric {
  /** Without the prefix, and for a counter without `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** The Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics.map(formatMetric).join('');
}

function formatMetric({ name, type, help, values }: Metric): string {
  const fullName = PREFIX + name + (type === 'counter' ? '_total' : '');
  const lines = values.map(({ labels, value }) => `${fullName}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${fullName} ${escapeText(help)}\n# TYPE ${fullName} ${type}\n${lines.join('')}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeText(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
