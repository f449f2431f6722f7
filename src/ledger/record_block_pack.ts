import type { CallRecord } from "../core/mod.ts";
import { KindTable, type KnownCall } from "./call_kinds.ts";
import { pack, VALUE_BYTES } from "./packed.ts";
import { blockText } from "./record_block.ts";
import { type BlockIndex, indexOf } from "./record_block_index.ts";

/** Records in one value: their text fits the 16 KiB that zlib unpacks at once. More would compress little better and be dearer to read. */
export const PARCEL_RECORDS = 96;

/** A packed value and what is in it. */
export interface PackedBlock {
  readonly value: Uint8Array;
  readonly index: BlockIndex;
}

/** Packs records into values that fit; a record that fits in none is shortened. */
export function packCalls(calls: readonly KnownCall[]): PackedBlock[] {
  const out: PackedBlock[] = [];
  for (let start = 0; start < calls.length; start += PARCEL_RECORDS) {
    out.push(...packSome(calls.slice(start, start + PARCEL_RECORDS)));
  }
  return out;
}

function packSome(calls: readonly KnownCall[]): readonly PackedBlock[] {
  const value = pack([blockText(calls)]);
  const [first] = calls;
  if (value.length <= VALUE_BYTES || first === undefined) return [{ value, index: indexOf(calls) }];
  if (calls.length === 1) return packSome([shortened(first)]);
  const half = Math.ceil(calls.length / 2);
  return [...packSome(calls.slice(0, half)), ...packSome(calls.slice(half))];
}

/** Keeps what identifies the call and drops its trail. */
function shortened({ record }: KnownCall): KnownCall {
  const short: CallRecord = {
    ...record,
    attempts: record.attempts.slice(-8),
    warnings: ["The record was too large; earlier attempts and warnings are left out"],
  };
  return new KindTable().known(short);
}
