import type { JsonObject } from "../../core/mod.ts";
import type { Bucket } from "./bucket.ts";

/** Records of how many requests each process has sent today, one for each process and bucket. */
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

/** What a record says; undefined when it does not decode or its day is over. */
export function dayOf(value: JsonObject, now: number): DayCount | undefined {
  const { by, bucket, endsAt, count } = value;
  if (typeof by !== "string" || typeof bucket !== "string") return undefined;
  if (typeof endsAt !== "number" || endsAt <= now || typeof count !== "number") return undefined;
  return { by, bucket, endsAt, count };
}
