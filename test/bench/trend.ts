export interface Trend {
  readonly smallest: number;
  readonly mean: number;
  readonly largest: number;
  /** The slope of the straight line that fits best. */
  readonly growthAnHour: number;
}

/** For two samples or more, of different minutes. */
export function trendOf(samples: readonly { readonly minute: number; readonly value: number }[]): Trend {
  const values = samples.map(({ value }) => value);
  const meanMinute = meanOf(samples.map(({ minute }) => minute));
  const mean = meanOf(values);
  let [rise, run] = [0, 0];
  for (const { minute, value } of samples) {
    rise += (minute - meanMinute) * (value - mean);
    run += (minute - meanMinute) ** 2;
  }
  return { smallest: Math.min(...values), mean, largest: Math.max(...values), growthAnHour: (rise / run) * 60 };
}

export function describeTrend({ smallest, mean, largest, growthAnHour }: Trend): string {
  const [low, middle, high] = [smallest, mean, largest].map((value) => value.toFixed(1));
  return `${low} to ${high}, ${middle} on average, ${growthAnHour.toFixed(1)} an hour`;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
