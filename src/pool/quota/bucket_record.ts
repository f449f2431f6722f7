import { isObject, type JsonObject } from "../../core/mod.ts";
import { saidIn } from "../candidates/cooldown.ts";
import type { Block, BucketState } from "./bucket_state.ts";
import type { KnownLimit } from "./set_limits.ts";
import type { Bucket } from "./bucket.ts";

const ORIGINS: readonly KnownLimit["origin"][] = ["measured", "header", "learned", "set", "unknown"];
const KINDS: readonly Block["kind"][] = ["minute", "day", "cooling"];

/** A bucket's state as a stored record. */
export function toRecord(state: BucketState): JsonObject {
  const { rpm, tpm, rpd, shared, day, block, probe } = state;
  return {
    v: 1,
    limits: { ...limitField("rpm", rpm), ...limitField("tpm", tpm), ...limitField("rpd", rpd) },
    soft: shared === undefined ? null : [shared.limit, shared.at ?? null, shared.step ?? null],
    proven: state.observedMax,
    day: [day?.endsAt ?? 0, day?.count ?? 0],
    block: block === undefined ? null : { ...block, said: { ...block.said } },
    guesses: state.guesses,
    probe: probe === undefined ? null : [probe.at, probe.every ?? null],
    window: state.window.map((second) => [...second]),
  };
}

/** Reads a record; invalid fields are left out; undefined when all are. */
export function fromRecord(record: JsonObject): BucketState | undefined {
  if (record["v"] !== 1) return undefined;
  const limits = isObject(record["limits"]) ? record["limits"] : {};
  const [sharedLimit, sharedAt, sharedStep] = numbersOf(record["soft"]);
  const [dayEndsAt, dayCount] = numbersOf(record["day"]);
  const [probeAt, probeEvery] = numbersOf(record["probe"]);
  return {
    rpm: limitOf(limits["rpm"]),
    tpm: limitOf(limits["tpm"]),
    rpd: limitOf(limits["rpd"]),
    shared: sharedLimit === undefined
      ? undefined
      : { limit: sharedLimit, ...given("at", sharedAt), ...given("step", sharedStep) },
    observedMax: numberOf(record["proven"]) ?? 0,
    day: dayEndsAt === undefined ? undefined : { endsAt: dayEndsAt, count: dayCount ?? 0 },
    probe: probeAt === undefined ? undefined : { at: probeAt, ...given("every", probeEvery) },
    block: blockOf(record["block"]),
    guesses: numberOf(record["guesses"]) ?? 0,
    window: listOf(record["window"]).map(numbersOf).flatMap(([at, requests, tokens]) =>
      at === undefined ? [] : [[at, requests ?? 1, tokens ?? 0] as const]
    ),
  };
}

function given<Name extends string>(
  name: Name,
  value: number | undefined,
): { readonly [Key in Name]?: number } {
  return value === undefined ? {} : { [name]: value } as { readonly [Key in Name]?: number };
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
    // Records of older versions do not distinguish the two.
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

/** Prefix of records with the requests of one process to one bucket today. */
const PREFIX = "day:";

export function isDayRecord(name: string): boolean {
  return name.startsWith(PREFIX);
}

export function dayRecordName(process: string, bucket: Bucket): string {
  return `${PREFIX}${process}:${bucket.id}`;
}

export function encodeDay(bucket: Bucket, by: string, at: number): JsonObject {
  const { endsAt, count } = bucket.day;
  return { v: 1, at, by, bucket: bucket.id, endsAt, count };
}

/** How many requests a process has sent to a bucket in the day that ends at `endsAt`. */
export interface DayCount {
  readonly by: string;
  readonly bucket: string;
  readonly endsAt: number;
  readonly count: number;
}

/** Decodes a day's record; undefined when it is invalid or its day is over. */
export function dayOf(value: JsonObject, now: number): DayCount | undefined {
  const { by, bucket, endsAt, count } = value;
  if (typeof by !== "string" || typeof bucket !== "string") return undefined;
  if (typeof endsAt !== "number" || endsAt <= now || typeof count !== "number") return undefined;
  return { by, bucket, endsAt, count };
}
