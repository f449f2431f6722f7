import type { CallRecord } from "../core/mod.ts";
import { freshKey, freshPrefix } from "./ledger_keys.ts";
import { openBlock } from "./record_block.ts";
import { type RecordFilter, recordMatches } from "./record_filter.ts";
import { findInSegments, pageOfSegments } from "./segment_pages.ts";

export interface RecordPage {
  /** Newest first, by the time at which calls ended. */
  readonly items: readonly CallRecord[];
  /** Opaque; absent at the end. A page may be short, or empty, and still have one: the scan is bounded. */
  readonly cursor?: string;
}

/** The position below which a page begins. */
export interface Place {
  /** A fresh value's name, or undefined below all of them. */
  readonly fresh?: string;
  readonly segment: number;
  /** Positions below this one. */
  readonly position: number;
}

const TOP: Place = { segment: Number.MAX_SAFE_INTEGER, position: Number.MAX_SAFE_INTEGER };

/** One page of call records. Throws a RangeError for a cursor that this program did not make. */
export async function recordPage(
  kv: Deno.Kv,
  filter: RecordFilter,
  options: { readonly limit: number; readonly cursor?: string },
): Promise<RecordPage> {
  const start = options.cursor === undefined ? undefined : await placeOf(kv, options.cursor);
  const items: CallRecord[] = [];
  if (start === undefined || start.fresh !== undefined) {
    const cursor = await freshPage(kv, filter, options.limit, start, items);
    if (cursor !== undefined) return { items, cursor };
  }
  const from = start === undefined || start.fresh !== undefined ? TOP : start;
  const next = await pageOfSegments(kv, filter, options.limit, from, items);
  return next === undefined ? { items } : { items, cursor: `s.${next.segment}.${next.position}` };
}

/** Adds what matches among the values that are in no segment yet; returns a cursor when the page is full. */
async function freshPage(
  kv: Deno.Kv,
  filter: RecordFilter,
  limit: number,
  start: Place | undefined,
  items: CallRecord[],
): Promise<string | undefined> {
  const end = start?.fresh === undefined ? undefined : freshKey(`${start.fresh}~`);
  const entries = kv.list<unknown>(
    end === undefined ? { prefix: freshPrefix() } : { prefix: freshPrefix(), end },
    { reverse: true, batchSize: 100 },
  );
  for await (const { key, value } of entries) {
    if (!(value instanceof Uint8Array)) continue;
    const name = String(key[2]);
    const block = openBlock(value);
    const below = name === start?.fresh ? Math.min(start.position, block.count) : block.count;
    for (let position = below - 1; position >= 0; position--) {
      const record = block.record(position);
      if (record === undefined || !recordMatches(filter, record)) continue;
      items.push(record);
      if (items.length >= limit) return `f.${name}.${position}.${record.id}`;
    }
  }
  return undefined;
}

async function placeOf(kv: Deno.Kv, cursor: string): Promise<Place> {
  const [kind, first = "", second = "", ...id] = cursor.split(".");
  const position = Number(second);
  if (!/^\d{1,15}$/.test(second)) throw new RangeError("Cursor is not valid");
  if (kind === "s" && /^\d{1,15}$/.test(first)) return { segment: Number(first), position };
  if (kind !== "f" || first === "") throw new RangeError("Cursor is not valid");
  const still = await kv.get(freshKey(first));
  if (still.value !== null) return { fresh: first, segment: 0, position };
  // The value has been sealed in between: its record is now in one of the newest segments.
  const found = await findInSegments(kv, id.join("."));
  return found ?? TOP;
}

/** One record by its id, wherever it is. */
export async function recordById(kv: Deno.Kv, id: string): Promise<CallRecord | undefined> {
  for await (
    const { value } of kv.list<unknown>({ prefix: freshPrefix() }, { reverse: true, batchSize: 100 })
  ) {
    if (!(value instanceof Uint8Array)) continue;
    const found = openBlock(value).find(id);
    if (found !== undefined) return found;
  }
  return (await findInSegments(kv, id))?.record;
}
