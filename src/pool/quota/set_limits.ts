import { type Clock, isObject, type JsonObject } from "../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { quotaModelOf } from "../candidates/lane_name.ts";
import type { PoolStore } from "../options.ts";
import type { Roster } from "../candidates/roster.ts";

/** The name under which `store.settings` keeps limits set by the user. */
const BUCKET_LIMITS = "bucket-limits";

const FIELDS = [["requests_per_minute", "rpm"], ["tokens_per_minute", "tpm"], [
  "requests_per_day",
  "rpd",
]] as const;

/**
 * Puts limits set by the user on a bucket. The record holds, by model, quota group (`group:<name>`) or `*`, the three numbers, each
 * optional: `{"gemini-flash": {"requests_per_minute": 10}}`; a name may be narrowed to one project with `@`: `gemini-flash@my-project`.
 * What Google states later replaces the value.
 */
function applySetLimits(bucket: Bucket, record: JsonObject | undefined, now: number): void {
  const { project } = bucket.identity;
  const unit = quotaModelOf(bucket.identity.unit);
  if (unit === undefined) return;
  for (const name of ["*", unit, `${unit}@${project}`]) {
    const limits = record?.[name];
    if (!isObject(limits)) continue;
    for (const [field, kind] of FIELDS) {
      const value = limits[field];
      if (typeof value !== "number" || value < 0 || bucket[kind]?.origin === "learned") continue;
      if (kind === "rpm") bucket.prior.replace(bucket.rpm?.value, value);
      bucket[kind] = { value, origin: "set", asOf: now };
    }
  }
}

/** The limits set by the user, as last read. */
export class SetLimits {
  readonly #settings: PoolStore["settings"];
  readonly #roster: Roster;
  readonly #clock: Clock;
  #record: JsonObject | undefined;

  constructor(settings: PoolStore["settings"], roster: Roster, clock: Clock) {
    this.#settings = settings;
    this.#roster = roster;
    this.#clock = clock;
  }

  /** Reads them anew and puts them on every bucket. */
  async read(): Promise<void> {
    this.#record = await this.#settings.get(BUCKET_LIMITS);
    for (const bucket of this.#roster.buckets.values()) this.apply(bucket);
  }

  apply(bucket: Bucket): void {
    applySetLimits(bucket, this.#record, this.#clock.now());
  }
}
