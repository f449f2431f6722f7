import type { JsonObject } from "../../core/mod.ts";
import { isObject } from "../../core/mod.ts";
import { saidIn } from "../candidates/cooldown.ts";
import type { Block, Bucket, KnownLimit } from "./bucket.ts";
import { MINUTE } from "../tuning.ts";

const ORIGINS: readonly KnownLimit["origin"][] = ["measured", "header", "learned", "set", "unknown"];
const KINDS: readonly Block["kind"][] = ["minute", "day", "cooling"];

/** What of a bucket survives a restart: learned limits, the day's count, the block with its true end, and the running minute. */
export function encodeBucket(bucket: Bucket): JsonObject {
  const { rpm, tpm, rpd, block } = bucket;
  return {
    v: 1,
    limits: { ...limitField("rpm", rpm), ...limitField("tpm", tpm), ...limitField("rpd", rpd) },
    soft: bucket.soft === Infinity ? null : [bucket.soft, bucket.softAt, bucket.softStep],
    proven: bucket.proven,
    day: [bucket.dayEndsAt, bucket.dayCount],
    block: block === undefined ? null : { ...block, said: { ...block.said } },
    guesses: bucket.guesses,
    probe: bucket.dayProbeAt === Infinity ? null : [bucket.dayProbeAt, bucket.dayProbeEvery],
    window: bucket.window.bySecond(),
  };
}

/** Puts a record back into a fresh bucket; fields that do not decode are left as they are. Returns false when nothing did. */
export function restoreBucket(bucket: Bucket, record: JsonObject, now: number): boolean {
  if (record["v"] !== 1) return false;
  const limits = isObject(record["limits"]) ? record["limits"] : {};
  bucket.rpm = limitOf(limits["rpm"]);
  bucket.tpm = limitOf(limits["tpm"]);
  bucket.rpd = limitOf(limits["rpd"]);
  bucket.prior.replace(undefined, bucket.rpm?.value);
  bucket.proven = numberOf(record["proven"]) ?? 0;
  bucket.guesses = numberOf(record["guesses"]) ?? 0;
  const [soft, softAt, softStep] = numbersOf(record["soft"]);
  if (soft !== undefined) {
    Object.assign(bucket, { soft, softAt: softAt ?? now, softStep: softStep ?? bucket.softStep });
  }
  const [dayEndsAt, dayCount] = numbersOf(record["day"]);
  if (dayEndsAt !== undefined && dayEndsAt > now) {
    Object.assign(bucket, { dayEndsAt, dayCount: dayCount ?? 0 });
  }
  const [probeAt, probeEvery] = numbersOf(record["probe"]);
  if (probeAt !== undefined) {
    Object.assign(bucket, { dayProbeAt: probeAt, dayProbeEvery: probeEvery ?? bucket.dayProbeEvery });
  }
  bucket.block = blockOf(record["block"]);
  for (const [at, requests, tokens] of listOf(record["window"]).map(numbersOf)) {
    if (at !== undefined && at > now - 2 * MINUTE && at <= now) {
      bucket.window.restore(at, requests ?? 1, tokens ?? 0);
    }
  }
  return true;
}

/** Takes over what another process learned: newer limits, and blocks that last longer. True when something changed. */
export function mergeBucket(bucket: Bucket, record: JsonObject, now: number): boolean {
  const limits = isObject(record["limits"]) ? record["limits"] : {};
  let changed = false;
  for (const kind of ["rpm", "tpm", "rpd"] as const) {
    const theirs = limitOf(limits[kind]);
    if (theirs === undefined || theirs.asOf <= (bucket[kind]?.asOf ?? 0)) continue;
    if (kind === "rpm") bucket.prior.replace(bucket.rpm?.value, theirs.value);
    if (theirs.value !== bucket[kind]?.value) bucket.permitsSince = now;
    bucket[kind] = theirs;
    changed = true;
  }
  const [soft, softAt, softStep] = numbersOf(record["soft"]);
  if (soft !== undefined && softAt !== undefined && softAt > bucket.softAt) {
    Object.assign(bucket, { soft, softAt, softStep: softStep ?? bucket.softStep });
    changed = true;
  }
  const block = blockOf(record["block"]);
  if (block === undefined || block.until <= now || block.until <= (bucket.block?.until ?? 0)) return changed;
  bucket.block = block;
  return true;
}

function limitField(name: string, limit: KnownLimit | undefined): JsonObject {
  return limit === undefined ? {} : { [name]: [limit.value, limit.origin, limit.asOf] };
}

function limitOf(value: unknown): KnownLimit | undefined {
  const [limit, origin, asOf] = listOf(value);
  const known = ORIGINS.find((one) => one === origin);
  if (typeof limit !== "number" || known === undefined || typeof asOf !== "number") return undefined;
  return { value: limit, origin: known, asOf };
}

function blockOf(value: unknown): Block | undefined {
  if (!isObject(value)) return undefined;
  const { until, reason, fact, stated, at } = value;
  const kind = KINDS.find((one) => one === value["kind"]);
  if (typeof until !== "number" || typeof at !== "number" || kind === undefined) return undefined;
  const text = typeof reason === "string" ? reason : "";
  return {
    until,
    kind,
    reason: text,
    fact: fact === true,
    // Records of older versions do not tell the two apart.
    stated: (stated ?? fact) === true,
    at,
    said: saidIn(value["said"], kind === "day" ? "quota" : "rate_limit", text),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function numbersOf(value: unknown): (number | undefined)[] {
  return listOf(value).map(numberOf);
}
