import { matchesGlob, type Tier } from "../core/mod.ts";
import type { BucketView } from "../pool/contract.ts";
import table from "../../data/limits.json" with { type: "json" };

/** A limit that was published, and by whom and when; not confirmed for any project of this user's. */
export interface PublishedLimit {
  readonly limit: number;
  readonly source: string;
  /** Year, month or day. */
  readonly date: string;
}

interface Row {
  readonly models: readonly string[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly date: string;
  readonly source: string;
}

const FIELDS = {
  requests_per_minute: "requestsPerMinute",
  tokens_per_minute: "tokensPerMinute",
  requests_per_day: "requestsPerDay",
} as const;

const TIERS: Readonly<Partial<Record<Tier, readonly Row[]>>> = table.tiers;

/**
 * What is published of one limit of a model for keys of a tier; undefined where nothing is, or where more was served than it says.
 * The first row that names the model counts.
 */
export function publishedLimit(
  { model, source, limits }: Pick<BucketView, "model" | "source" | "limits">,
  tier: Tier | undefined,
  kind: BucketView["limits"][number]["kind"],
): PublishedLimit | undefined {
  if (source !== "api_key" || tier === undefined || kind === "remaining_fraction") return undefined;
  const row = TIERS[tier]?.find(({ models }) => models.some((glob) => matchesGlob(glob, model)));
  const limit = row?.[FIELDS[kind]];
  const used = limits.find((one) => one.kind === kind)?.used ?? 0;
  return row === undefined || limit === undefined || used > limit
    ? undefined
    : { limit, source: row.source, date: row.date };
}
