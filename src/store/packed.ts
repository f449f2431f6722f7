import type { Json } from "../core/mod.ts";
import { whileLocked } from "./commit.ts";
import type { Decode } from "./fields.ts";
import { DecodeProblem } from "./fields.ts";
import { partKey } from "./keys.ts";
import { KEYS_PER_READ, PART_BYTES } from "./limits.ts";
import type { Session } from "./session.ts";

/** A JSON value as stored in a record: its bytes, or the stamp and number of the parts that hold them. */
export type Packed =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly stamp: string; readonly parts: number };

export const decodePacked: Decode<Packed> = (fields) =>
  fields.has("bytes")
    ? { bytes: fields.bytes("bytes") }
    : { stamp: fields.text("stamp"), parts: fields.number("parts") };

/** Makes the record's part for `value`; parts of a large value are written now, under a stamp that is not in use yet. */
export async function pack({ kv, newId, random }: Session, value: Json, expireIn?: number): Promise<Packed> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  if (bytes.length <= PART_BYTES) return { bytes };
  const stamp = newId("part_");
  const parts = Math.ceil(bytes.length / PART_BYTES);
  for (let index = 0; index < parts; index++) {
    const part = bytes.slice(index * PART_BYTES, (index + 1) * PART_BYTES);
    const options = expireIn === undefined ? {} : { expireIn };
    await whileLocked(() => kv.set(partKey(stamp, index), part, options), random);
  }
  return { stamp, parts };
}

/**
 * The value, or undefined when parts are missing (overwritten or expired between two reads). Throws DecodeProblem on bad
 * bytes.
 */
export async function unpack(kv: Deno.Kv, packed: Packed): Promise<Json | undefined> {
  const bytes = "bytes" in packed ? packed.bytes : await readParts(kv, packed.stamp, packed.parts);
  if (bytes === undefined) return undefined;
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DecodeProblem("The packed value is not JSON");
  }
}

async function readParts(kv: Deno.Kv, stamp: string, count: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += KEYS_PER_READ) {
    const length = Math.min(KEYS_PER_READ, count - from);
    const keys = Array.from({ length }, (_, offset) => partKey(stamp, from + offset));
    for (const entry of await kv.getMany<unknown[]>(keys)) {
      if (!(entry.value instanceof Uint8Array)) return undefined;
      parts.push(entry.value);
    }
  }
  return new Uint8Array(await new Blob(parts.map((part) => new Uint8Array(part))).arrayBuffer());
}

/** Removes the parts of a value that is no longer in use. */
export async function dropParts({ kv, random }: Session, packed: Packed | undefined): Promise<void> {
  if (packed === undefined || "bytes" in packed) return;
  for (let index = 0; index < packed.parts; index++) {
    await whileLocked(() => kv.delete(partKey(packed.stamp, index)), random);
  }
}
