import { nodeModule } from "lazy-node";
import type { CallRecord } from "../core/mod.ts";

/** Lines in one value. */
const CHUNK_LINES = 64;
/** Deno KV allows 64 KiB per value; the rest is for its own envelope. */
export const VALUE_BYTES = 60_000;

/**
 * Shorter texts are kept as they are: compressing a call or two saves little, and the first use of zlib takes 15
 * ms and 6 MiB that stay, which a seldom used server is spared.
 */
const PLAIN_CHARACTERS = 2_000;

/** Several JSON texts as one compressed value; each can be parsed without parsing the others. */
export function pack(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = lines.join("\n");
  if (text.length <= PLAIN_CHARACTERS) return storedBlock(text);
  return new Uint8Array(nodeModule("node:zlib").deflateRawSync(text, { level: 2 }));
}

/** The first byte of a stored block of deflate that is the last one, and the bytes before its text (RFC 1951, 3.2.4). */
const STORED = 1;
const STORED_HEAD = 5;

/** A text in the form of deflate, not compressed: the reader need not know. */
function storedBlock(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const value = new Uint8Array(STORED_HEAD + bytes.length);
  value[0] = STORED;
  const view = new DataView(value.buffer);
  view.setUint16(1, bytes.length, true);
  view.setUint16(3, ~bytes.length, true);
  value.set(bytes, STORED_HEAD);
  return value;
}

/** The text of a value that is one stored block; undefined for any other. */
function storedText(value: Uint8Array): string | undefined {
  const length = value.length - STORED_HEAD;
  if (value[0] !== STORED || length < 0) return undefined;
  const view = new DataView(value.buffer, value.byteOffset);
  if (view.getUint16(1, true) !== length || view.getUint16(3, true) !== (~length & 0xffff)) return undefined;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value.subarray(STORED_HEAD));
}

export function unpack(value: Uint8Array): string[] {
  return unpackText(value).split("\n");
}

/** Unpacks a value to its lines, joined by line feeds. */
export function unpackText(value: Uint8Array): string {
  return storedText(value) ?? nodeModule("node:zlib").inflateRawSync(value).toString("utf8");
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

/** Decodes a record on one line; undefined for what is not a record (written by another version, or damaged). */
export function readRecord(line: string): CallRecord | undefined {
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
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
