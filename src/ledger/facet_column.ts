import type { BlockIndex } from "./record_block.ts";
import { type Facet, facetMatches } from "./record_filter.ts";

/** One facet of every record of a segment: distinct values once, and one code per record. */
export interface FacetColumn {
  readonly v: 1;
  /** True when the distinct values did not fit: the segment must be read instead. */
  readonly full: boolean;
  readonly values: readonly string[];
  readonly codes: Uint8Array | Uint16Array;
}

/** Bytes of distinct values that one column may hold, so that it stays within one KV value. */
const VALUES_BYTES = 48_000;

export function buildColumn(facet: Facet, blocks: readonly BlockIndex[]): FacetColumn {
  const seen = new Map<string, number>();
  const codes = new Uint16Array(recordsIn(blocks));
  let [bytes, index, lastCode] = [0, 0, 0];
  let last: string | undefined;
  for (const { facets } of blocks) {
    for (const value of facets[facet]) {
      // Most records are like the one before.
      let code = value === last ? lastCode : seen.get(value);
      if (code === undefined) {
        seen.set(value, code = seen.size);
        bytes += value.length * 2 + 8;
        if (bytes > VALUES_BYTES) return { v: 1, full: true, values: [], codes: new Uint8Array(0) };
      }
      codes[index++] = lastCode = code;
      last = value;
    }
  }
  return {
    v: 1,
    full: false,
    values: [...seen.keys()],
    codes: seen.size <= 256 ? new Uint8Array(codes) : codes,
  };
}

export function recordsIn(blocks: readonly BlockIndex[]): number {
  return blocks.reduce((sum, { count }) => sum + count, 0);
}

/** Clears every position of `hits` whose value does not match. A full column clears nothing. */
export function narrow(hits: Uint8Array, column: FacetColumn, facet: Facet, wanted: string): boolean {
  if (column.full) return true;
  const matching = column.values.map((value) => facetMatches(facet, value, wanted));
  if (!matching.includes(true)) return false;
  let any = false;
  for (let index = 0; index < hits.length; index++) {
    if (hits[index] === 0) continue;
    if (matching[column.codes[index] ?? -1] === true) any = true;
    else hits[index] = 0;
  }
  return any;
}

export function isColumn(value: unknown): value is FacetColumn {
  return typeof value === "object" && value !== null && "codes" in value && "values" in value;
}

/** Hashes of the records' ids, in order. */
export function idColumn(blocks: readonly BlockIndex[]): Uint32Array {
  const hashes = new Uint32Array(recordsIn(blocks));
  let index = 0;
  for (const { ids, count } of blocks) {
    hashes.set(ids, index);
    index += count;
  }
  return hashes;
}
