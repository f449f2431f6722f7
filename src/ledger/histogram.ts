/** Counts of durations in buckets a quarter of an octave wide: mergeable, small, and right to about 9 %. */
export type Histogram = Map<number, number>;

const BUCKETS_AN_OCTAVE = 4;

/** The bucket of a duration in milliseconds. */
function bucketOf(ms: number): number {
  return Math.round(Math.log2(Math.max(0, ms) + 1) * BUCKETS_AN_OCTAVE);
}

/** The duration at the middle of a bucket, in milliseconds. */
function durationOf(bucket: number): number {
  return Math.round(2 ** (bucket / BUCKETS_AN_OCTAVE) - 1);
}

export function observe(histogram: Histogram, ms: number): void {
  const bucket = bucketOf(ms);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function mergeHistogram(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of from) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

/** The duration that `share` (0..1) of the observations do not exceed; undefined when there are none. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const sorted = [...histogram].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [bucket, count] of sorted) {
    seen += count;
    if (seen >= share * total) return durationOf(bucket);
  }
  return durationOf(sorted.at(-1)?.[0] ?? 0);
}

/** How many observations lie at or below each bound, and what all of them add up to, in milliseconds. */
export function cumulative(
  histogram: Histogram,
  bounds: readonly number[],
): { readonly counts: readonly number[]; readonly total: number; readonly sumMs: number } {
  const seen = [...histogram].map(([bucket, count]) => [durationOf(bucket), count] as const);
  const upTo = (bound: number) => seen.reduce((sum, [ms, count]) => ms <= bound ? sum + count : sum, 0);
  return {
    counts: bounds.map(upTo),
    total: upTo(Infinity),
    sumMs: seen.reduce((sum, [ms, count]) => sum + ms * count, 0),
  };
}
