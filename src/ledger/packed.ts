import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { CallRecord } from "../core/mod.ts";

/** Lines in one value. */
const CHUNK_LINES = 64;
/** Deno KV takes 64 KiB a value; the rest is for its own envelope. */
export const VALUE_BYTES = 60_000;

/** Several JSON texts as one compressed value; each can be parsed without parsing the others. */
export function pack(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(deflateRawSync(lines.join("\n"), { level: 2 }));
}

export function unpack(value: Uint8Array): string[] {
  return unpackText(value).split("\n");
}

/** What was packed, the line feeds between the lines in it. */
export function unpackText(value: Uint8Array): string {
  return inflateRawSync(value).toString("utf8");
}

/** Cuts lines into packed values that fit; a line that fits in no value is shortened by `shorten`. */
export function packAll(
  lines: readonly string[],
  shorten: (line: string) => string,
): { readonly value: Uint8Array<ArrayBuffer>; readonly count: number }[] {
  const out: { value: Uint8Array<ArrayBuffer>; count: number }[] = [];
  for (let start = 0; start < lines.length;) {
    let take = Math.min(CHUNK_LINES, lines.length - start);
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

/** Decodes a record that stands on a line of its own; undefined for what is not a record (written by another version, or damaged). */
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
