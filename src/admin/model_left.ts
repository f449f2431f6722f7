import type { BucketLimitView, BucketView } from "../pool/contract.ts";

/** What is known to be left of one model over all projects that may serve it. */
export interface ModelLeft {
  readonly model: string;
  /** The limit that the numbers are about; null while no project's is known. */
  readonly kind: BucketLimitView["kind"] | null;
  /** Sum over the projects whose limit is known; null while none is. A fraction counts as 0..1 a project. */
  readonly left: number | null;
  readonly limit: number | null;
  /** Projects counted in `left`. */
  readonly knownProjects: number;
  /** Projects that may serve more than `left` says, because their limit is not known. */
  readonly unknownProjects: number;
  /** Of all projects, those that rest now. */
  readonly coolingProjects: number;
  /** ISO 8601: the first reset of a known limit; null when none is stated. */
  readonly resetsAt: string | null;
}

/** The limit that binds longest tells most: the day's before the minute's. */
const ORDER: readonly BucketLimitView["kind"][] = [
  "requests_per_day",
  "remaining_fraction",
  "requests_per_minute",
  "tokens_per_minute",
];

/** One row a model (or quota group), by name. Unknown is not zero: it is counted apart. */
export function modelsLeft(buckets: readonly BucketView[], now: number): readonly ModelLeft[] {
  return [...Map.groupBy(buckets, (bucket) => bucket.model)]
    .map(([model, rows]) => leftOf(model, rows, now))
    .sort((a, b) => a.model < b.model ? -1 : 1);
}

function leftOf(model: string, buckets: readonly BucketView[], now: number): ModelLeft {
  const known = (kind: BucketLimitView["kind"]) =>
    buckets.flatMap(({ limits }) =>
      limits.filter((limit) => limit.kind === kind && limit.left !== undefined)
    );
  const kind = ORDER.find((one) => known(one).length > 0) ?? null;
  const limits = kind === null ? [] : known(kind);
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const resets = limits.flatMap(({ resetsAt }) => resetsAt === undefined ? [] : [resetsAt]);
  return {
    model,
    kind,
    left: limits.length === 0 ? null : sum(limits.map(({ left }) => left)),
    limit: limits.some(({ limit }) => limit !== undefined) ? sum(limits.map(({ limit }) => limit)) : null,
    knownProjects: limits.length,
    unknownProjects: buckets.length - limits.length,
    coolingProjects: buckets.filter(({ coolingUntil }) => (coolingUntil ?? 0) > now).length,
    resetsAt: resets.length === 0 ? null : new Date(Math.min(...resets)).toISOString(),
  };
}
