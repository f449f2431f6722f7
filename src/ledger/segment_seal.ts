import { KindTable, type KnownCall } from "./call_kinds.ts";
import { buildColumn, idColumn, recordsIn } from "./facet_column.ts";
import { chunkKey, columnKey, freshPrefix, headKey, segmentKey, timeOf } from "./ledger_keys.ts";
import { packCalls, PARCEL_RECORDS } from "./parcel_pack.ts";
import { openParcel, type Parcel } from "./parcel_reader.ts";
import { FACETS } from "./record_filter.ts";
import type { SegmentMeta } from "./segment_store.ts";

/** Records in a segment: the unit that a filter reads one column of. */
export const SEGMENT_RECORDS = 2_048;
/** Deno KV takes 1,000 changes and 800 KiB a commit; both are kept well below. */
const FRESH_VALUES = 600;
const COMMIT_BYTES = 450_000;
/** Values read at a time: full ones make a segment already, and reading more for nothing costs as much as packing. */
const READ_TOGETHER = SEGMENT_RECORDS / PARCEL_RECORDS + 1;
/** Values younger than this stay: another process may still be writing one with an earlier name. */
const SETTLE_MS = 2_000;

interface Gathered {
  readonly keys: Deno.KvKey[];
  readonly values: Uint8Array[];
  /** What is in the values. */
  readonly parcels: Parcel[];
}

/** A fresh value with at least so many records becomes a chunk of the segment as it is; smaller ones are packed together. */
const FULL_ENOUGH = PARCEL_RECORDS / 2;

/**
 * Moves the oldest fresh values into one segment, in one commit: nothing is lost or doubled by a kill between.
 * Returns the number of records moved; 0 when there are too few, or when another process was first.
 */
export async function sealSegment(kv: Deno.Kv, now: number, minimum: number): Promise<number> {
  const head = await kv.get<number>(headKey());
  const { keys, values, parcels } = await gather(kv, now - SETTLE_MS);
  const count = recordsIn(parcels);
  if (count === 0 || (count < minimum && keys.length < FRESH_VALUES / 2)) return 0;
  const number = (head.value ?? 0) + 1;
  const meta: SegmentMeta = {
    v: 1,
    count,
    chunks: parcels.map((parcel) => parcel.count),
    ...spanOf(parcels),
  };
  const commit = kv.atomic().check(head).set(headKey(), number).set(segmentKey(number), meta);
  for (const [index, value] of values.entries()) commit.set(chunkKey(number, index), value);
  for (const facet of FACETS) commit.set(columnKey(facet, number), buildColumn(facet, parcels));
  commit.set(columnKey("id", number), idColumn(parcels));
  for (const key of keys) commit.delete(key);
  return (await commit.commit()).ok ? count : 0;
}

function spanOf(parcels: readonly Parcel[]): Pick<SegmentMeta, "from" | "to"> {
  let [from, to] = [Infinity, -Infinity];
  for (const parcel of parcels) {
    for (let position = 0; position < parcel.count; position++) {
      const at = parcel.at(position);
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  return { from, to };
}

async function gather(kv: Deno.Kv, before: number): Promise<Gathered> {
  const out: Gathered = { keys: [], values: [], parcels: [] };
  const kinds = new KindTable();
  let loose: KnownCall[] = [];
  let [bytes, count] = [0, 0];
  const take = (value: Uint8Array, parcel: Parcel) => {
    out.values.push(value);
    out.parcels.push(parcel);
  };
  const packLoose = () => {
    for (const { value } of packCalls(loose)) take(value, openParcel(value));
    loose = [];
  };
  for await (
    const { key, value } of kv.list<unknown>({ prefix: freshPrefix() }, { batchSize: READ_TOGETHER })
  ) {
    const tooYoung = timeOf(String(key[2])) > before;
    if (tooYoung || out.keys.length >= FRESH_VALUES || bytes > COMMIT_BYTES) break;
    if (!(value instanceof Uint8Array)) continue;
    const parcel = openParcel(value);
    if (count + parcel.count > SEGMENT_RECORDS) break;
    bytes += value.length;
    count += parcel.count;
    out.keys.push(key);
    if (parcel.count >= FULL_ENOUGH && isReadable(parcel)) {
      packLoose();
      take(value, parcel);
    } else loose.push(...knownCalls(parcel, kinds));
  }
  packLoose();
  return out;
}

function isReadable(parcel: Parcel): boolean {
  for (let position = 0; position < parcel.count; position++) if (parcel.id(position) === "") return false;
  return true;
}

/** The records of a parcel; what is not one is left out. */
function knownCalls(parcel: Parcel, kinds: KindTable): readonly KnownCall[] {
  const out: KnownCall[] = [];
  for (let position = 0; position < parcel.count; position++) {
    const record = parcel.record(position);
    if (record !== undefined) out.push(kinds.known(record));
  }
  return out;
}
