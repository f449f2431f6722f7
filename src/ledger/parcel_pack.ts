import type { CallRecord } from "../core/mod.ts";
import { KindTable, type KnownCall } from "./call_kinds.ts";
import { pack, VALUE_BYTES } from "./packed.ts";
import { parcelText } from "./parcel.ts";

/** Records in one value. More would compress little better and make one record dearer to read. */
export const PARCEL_RECORDS = 128;

/** A packed value and how many records it holds. */
export interface PackedParcel {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly count: number;
}

/** Packs records into values that fit; a record that fits in none is shortened. */
export function packCalls(calls: readonly KnownCall[]): PackedParcel[] {
  const out: PackedParcel[] = [];
  for (let start = 0; start < calls.length; start += PARCEL_RECORDS) {
    out.push(...packSome(calls.slice(start, start + PARCEL_RECORDS)));
  }
  return out;
}

function packSome(calls: readonly KnownCall[]): readonly PackedParcel[] {
  const value = packed(calls);
  const [first] = calls;
  if (value.length <= VALUE_BYTES || first === undefined) return [{ value, count: calls.length }];
  if (calls.length === 1) return [{ value: packed([shortened(first)]), count: 1 }];
  const half = Math.ceil(calls.length / 2);
  return [...packSome(calls.slice(0, half)), ...packSome(calls.slice(half))];
}

function packed(calls: readonly KnownCall[]): Uint8Array<ArrayBuffer> {
  return pack([parcelText(calls)]);
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
