import { type Grain, rollupDimPrefix } from "./ledger_keys.ts";
import { type Cell, emptyCell, mergeCell } from "./rollup_cell.ts";
import { type Cells, decodeCells, mergeCells } from "./rollup_codec.ts";
import { type Dim, periodOf } from "./rollup_book.ts";

export interface SeriesPoint {
  /** Start of the period, epoch milliseconds. */
  readonly time: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface RollupRange {
  readonly grain: Exclude<Grain, "all">;
  readonly dim: Dim;
  readonly from: number;
  readonly to: number;
}

/** Sums of all processes for each period of a range, oldest first; periods without calls are left out. */
export async function series(kv: Deno.Kv, range: RollupRange): Promise<readonly SeriesPoint[]> {
  const prefix = rollupDimPrefix(range.grain, range.dim);
  const start = [...prefix, periodOf(range.grain, range.from)];
  const end = [...prefix, range.to + 1];
  const points = new Map<number, Cells>();
  for await (const { key, value } of kv.list<unknown>({ start, end }, { batchSize: 500 })) {
    const time = Number(key[4]);
    const cells = points.get(time);
    if (cells === undefined) points.set(time, decodeCells(value));
    else mergeCells(cells, decodeCells(value));
  }
  return [...points].map(([time, cells]) => ({ time, cells }));
}

/** Sums over a whole range. */
export async function totals(kv: Deno.Kv, range: RollupRange): Promise<Map<string, Cell>> {
  const out: Cells = new Map();
  for (const point of await series(kv, range)) {
    for (const [name, cell] of point.cells) {
      const sum = out.get(name) ?? emptyCell();
      mergeCell(sum, cell);
      out.set(name, sum);
    }
  }
  return out;
}

/** Sums over the life of the database. */
export async function lifetime(kv: Deno.Kv, dim: Dim): Promise<Map<string, Cell>> {
  const out: Cells = new Map();
  for await (const { value } of kv.list<unknown>({ prefix: rollupDimPrefix("all", dim) })) {
    mergeCells(out, decodeCells(value));
  }
  return out;
}
