import type { BucketRow, KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";

function requestsOf(bucket: BucketRow): number {
  return bucket.limits.reduce((sum, limit) => sum + (limit.kind === "tokens_per_minute" ? 0 : limit.used), 0);
}

/** A project that is only known as one key gets that key's name. */
function named(bucket: BucketRow, keys: ReadonlyMap<string, KeyRow>): BucketRow {
  const key = bucket.projectKind === "key" ? keys.get(bucket.credentials[0] ?? "") : undefined;
  return key === undefined ? bucket : { ...bucket, project: keyName(key) };
}

/** Buckets of which at least one key is neither dead nor switched off: only those answer "can I keep working". */
export function usableBuckets(buckets: readonly BucketRow[], keys: readonly KeyRow[]): readonly BucketRow[] {
  const out = new Set(
    keys.filter((key) => key.status === "dead" || key.status === "disabled").map((key) => key.id),
  );
  return buckets.filter((bucket) =>
    bucket.credentials.length === 0 || bucket.credentials.some((id) => !out.has(id))
  );
}

/** The buckets that a filter leaves, under names that people know: cooling ones first, then by use. */
export function orderedBuckets(
  buckets: readonly BucketRow[],
  keys: readonly KeyRow[],
  words: string,
): readonly BucketRow[] {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const wanted = words.toLowerCase();
  return buckets.map((bucket) => named(bucket, byId))
    .filter((bucket) => `${bucket.model} ${bucket.project}`.toLowerCase().includes(wanted))
    .sort((a, b) => (b.coolingUntil ?? 0) - (a.coolingUntil ?? 0) || requestsOf(b) - requestsOf(a));
}
