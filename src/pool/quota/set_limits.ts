import { type Clock, isObject, type JsonObject } from "../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { quotaModelOf } from "../candidates/model_key.ts";
import type { PoolStore } from "../options.ts";
import type { BucketLimitView } from "../contract.ts";

/** The name under which `store.settings` keeps limits set by the user. */
export const BUCKET_LIMITS = "bucket-limits";

const FIELDS = [["requests_per_minute", "rpm"], ["tokens_per_minute", "tpm"], [
  "requests_per_day",
  "rpd",
]] as const;

/**
 * Puts limits set by the user on a bucket. The record holds, by model, quota group (`group:<name>`) or `*`, the
 * three numbers, each optional, and when they were set: `{"gemini-flash": {"requests_per_minute": 10, "at":
 * 1764547200000}}`; a name may be narrowed to one project with `@`: `gemini-flash@my-project`. The later one
 * wins: a limit that Google states afterwards replaces the value, and a value without `at` replaces nothing that
 * Google stated. True when something changed.
 */
function applySetLimits(bucket: Bucket, record: JsonObject | undefined, now: number): boolean {
  const { project } = bucket.identity;
  const unit = quotaModelOf(bucket.identity.unit);
  if (unit === undefined) return false;
  const before = FIELDS.map(([, kind]) => bucket[kind]);
  for (const [field, kind] of FIELDS) {
    bucket.setLimit(kind, wanted(record, ["*", unit, `${unit}@${project}`], field), now);
  }
  return FIELDS.some(([, kind], index) => bucket[kind]?.value !== before[index]?.value);
}

/** The value of one limit under the narrowest matching name. */
function wanted(
  record: JsonObject | undefined,
  names: readonly string[],
  field: string,
): SetLimit | undefined {
  for (const name of names.toReversed()) {
    const limits = record?.[name];
    if (!isObject(limits)) continue;
    const { [field]: value, at } = limits;
    if (typeof value === "number" && value >= 0) return { value, at: typeof at === "number" ? at : 0 };
  }
  return undefined;
}

/** The limits set by the user, as last read. */
export class SetLimits {
  readonly #config: PoolStore["config"];
  readonly #clock: Clock;
  /** Called with a bucket whose limits changed, so that they are stored. */
  readonly #changed: (bucket: Bucket) => void;
  #record: JsonObject | undefined;

  constructor(config: PoolStore["config"], clock: Clock, changed: (bucket: Bucket) => void) {
    this.#config = config;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Reads the limits again. */
  read(): void {
    this.#record = this.#config.current().settings.get(BUCKET_LIMITS);
  }

  applyToAll(buckets: Iterable<Bucket>): void {
    for (const bucket of buckets) this.apply(bucket);
  }

  apply(bucket: Bucket): void {
    const now = this.#clock.now();
    if (!applySetLimits(bucket, this.#record, now)) return;
    bucket.refreshNodes(now);
    this.#changed(bucket);
  }
}

/** A limit, how it is known, and when that was last confirmed (epoch milliseconds). */
export interface KnownLimit {
  readonly value: number;
  readonly origin: BucketLimitView["origin"];
  readonly asOf: number;
}

/** A limit set by the user, and when (epoch milliseconds; 0 when that was not kept). */
export interface SetLimit {
  readonly value: number;
  readonly at: number;
}

/**
 * The limit in force after the user has set or removed one. The later one wins: a limit that Google states
 * afterwards replaces the user's, and a user's limit without a time replaces none that Google stated.
 */
export function withSetLimit(
  known: KnownLimit | undefined,
  set: SetLimit | undefined,
  now: number,
): KnownLimit | undefined {
  if (set === undefined) return known?.origin === "set" ? undefined : known;
  if (known !== undefined && known.origin !== "set" && known.asOf >= set.at) return known;
  return { value: set.value, origin: "set", asOf: set.at === 0 ? now : set.at };
}
