export const PREFIX = 'otelweave_';

type Labels = Readonly<Record<string, string>>;

export interface Metric {
  /** Without the prefix, and for a counter without `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly values: readonly { readonly labels: Labels; readonly value: number }[];
}

export interface HistogramMetric {
  readonly name: string;
  readonly type: 'histogram';
  readonly help: string;
  /** Upper bounds of the buckets but the last, which has none. */
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
  readonly sum: number;
}

/** The Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function formatMetrics(metrics: readonly (Metric | HistogramMetric)[]): string {
  return metrics.map(formatMetric).join('');
}

/** As Prometheus knows it. */
export function fullName({ name, type }: Pick<Metric | HistogramMetric, 'name' | 'type'>): string {
  return PREFIX + name + (type === 'counter' ? '_total' : '');
}

function formatMetric(metric: Metric | HistogramMetric): string {
  const name = fullName(metric);
  const samples = metric.type === 'histogram' ? histogramSamples(name, metric) : valueSamples(name, metric);
  return `# HELP ${name} ${escapeText(metric.help)}\n# TYPE ${name} ${metric.type}\n${samples}`;
}

function valueSamples(name: string, { values }: Metric): string {
  return values.map(({ labels, value }) => sample(name, labels, value)).join('');
}

/** Each bucket counts those below it, too. */
function histogramSamples(name: string, { bounds, buckets, sum }: HistogramMetric): string {
  let count = 0;
  const lines = buckets.map((values, at) => {
    count += values;
    return sample(`${name}_bucket`, { le: String(bounds[at] ?? '+Inf') }, count);
  });
  return `${lines.join('')}${sample(`${name}_sum`, {}, sum)}${sample(`${name}_count`, {}, count)}`;
}

const sample = (name: string, labels: Labels, value: number) => `${name}${formatLabels(labels)} ${value}\n`;

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeText(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
