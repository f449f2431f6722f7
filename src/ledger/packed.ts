import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { CallRecord } from "../core/mod.ts";

/** Records in one value. More would compress little better and make one record dearer to read. */
export const CHUNK_RECORDS = 64;
/** Deno KV takes 64 KiB a value; the rest is for its own envelope. */
const VALUE_BYTES = 60_000;

/** Several JSON texts as one compressed value; each can be parsed without parsing the others. */
export function pack(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(deflateRawSync(lines.join("\n"), { level: 3 }));
}

export function unpack(value: Uint8Array): string[] {
  return inflateRawSync(value).toString("utf8").split("\n");
}

/** Cuts lines into packed values that fit; a line that fits in no value is shortened by `shorten`. */
export function packAll(
  lines: readonly string[],
  shorten: (line: string) => string,
): { readonly value: Uint8Array<ArrayBuffer>; readonly count: number }[] {
  const out: { value: Uint8Array<ArrayBuffer>; count: number }[] = [];
  for (let start = 0; start < lines.length;) {
    let take = Math.min(CHUNK_RECORDS, lines.length - start);
    let value = pack(lines.slice(start, start + take));
    while (value.length > VALUE_BYTES && take > 1) {
      take = Math.ceil(take / 2);
      value = pack(lines.slice(start, start + take));
    }
    if (value.length > VALUE_BYTES) value = pack([shorten(lines[start] ?? "")]);
    out.push({ value, count: take });
    start += take;
  }
  return out;
}

/** A record's line; JSON never holds a raw line feed. */
export function recordLine(record: CallRecord): string {
  return JSON.stringify(record);
}

/** Keeps what identifies the call and drops its trail, for a record that is too large to store. */
export function shortenRecord(line: string): string {
  const record = readRecord(line);
  if (record === undefined) return "null";
  return JSON.stringify({
    ...record,
    attempts: record.attempts.slice(-8),
    warnings: ["The record was too large; earlier attempts and warnings are left out"],
  });
}

/** Decodes one line; undefined for what is not a record (written by another version, or damaged). */
export function readRecord(line: string): CallRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const record = value as Partial<CallRecord>;
    const whole = typeof record.id === "string" && typeof record.at === "number" &&
      Array.isArray(record.attempts);
    return whole ? (record as CallRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** 32-bit FNV-1a: finds a record's position by its id without an index key of its own. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
