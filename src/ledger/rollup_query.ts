import { type Grain, rollupDimPrefix } from "./ledger_keys.ts";
import { OTHER_NAMES } from "../core/mod.ts";
import { type Cell, emptyCell, mergeCell } from "./rollup_cell.ts";
import { cellOf, type Cells, decodePage, mergeCells } from "./rollup_codec.ts";
import { type Dim, periodOf } from "./rollup_dims.ts";
import { type DeltaLog, readDeltaLogs } from "./delta_log.ts";

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
  /** Cells that a series may hold, at least one a period: beyond it the names with the fewest requests are counted together. */
  readonly most?: number;
}

/** Sums of all processes for each period of a range, oldest first; periods without calls are left out. */
export async function series(kv: Deno.Kv, range: RollupRange): Promise<readonly SeriesPoint[]> {
  if (range.from > range.to) return [];
  const prefix = rollupDimPrefix(range.grain, range.dim);
  const start = [...prefix, periodOf(range.grain, range.from)];
  const end = [...prefix, range.to + 1];
  const points = await sums(kv, { start, end }, range);
  if (range.most !== undefined) fold(points, range.most);
  return [...points].map(([time, cells]) => ({ time, cells })).sort((a, b) => a.time - b.time);
}

/** Cells by period: of the pages that a selector finds, and of the delta logs that they do not include. */
async function sums(
  kv: Deno.Kv,
  selector: Deno.KvListSelector,
  { grain, dim, from, to, most = Infinity }: Omit<RollupRange, "grain"> & { readonly grain: Grain },
): Promise<Map<number, Cells>> {
  const deltaLogs = (await readDeltaLogs(kv)).filter(({ cells, minute }) =>
    cells.has(dim) && periodOf(grain, minute) >= periodOf(grain, from) && periodOf(grain, minute) <= to
  );
  const taken = new Set<DeltaLog>();
  const points = new Map<number, Cells>();
  let read = 0;
  for await (const { key, value } of kv.list<unknown>(selector, { batchSize: 500 })) {
    const [, , , , time, shard] = key;
    const { cells, through } = decodePage(value);
    for (const deltaLog of deltaLogs) {
      if (
        deltaLog.shard === shard && periodOf(grain, deltaLog.minute) === time && deltaLog.number <= through
      ) {
        taken.add(deltaLog);
      }
    }
    addCells(points, Number(time), cells);
    // What one question holds in memory is bounded too, not only what it answers.
    if ((read += cells.size) > 2 * most) read = fold(points, most);
  }
  for (const deltaLog of deltaLogs) {
    if (!taken.has(deltaLog)) {
      addCells(points, periodOf(grain, deltaLog.minute), deltaLog.cells.get(dim) ?? new Map());
    }
  }
  return points;
}

/** Counts the names with the fewest requests together until at most `most` cells are left; returns how many are. */
function fold(points: Map<number, Cells>, most: number): number {
  const sums = new Map<string, number>();
  let count = 0;
  for (const cells of points.values()) {
    count += cells.size;
    for (const [name, { requests, refused }] of cells) {
      sums.set(name, (sums.get(name) ?? 0) + requests + refused);
    }
  }
  if (count <= most) return count;
  sums.delete(OTHER_NAMES);
  // One place in each period is for the others.
  const places = Math.max(0, Math.floor(most / points.size) - 1);
  const kept = new Set([...sums].sort((a, b) => b[1] - a[1]).slice(0, places).map(([name]) => name));
  for (const [time, cells] of points) {
    const folded: Cells = new Map();
    for (const [name, cell] of cells) mergeCell(cellOf(folded, kept.has(name) ? name : OTHER_NAMES), cell);
    points.set(time, folded);
  }
  return points.values().reduce((total, cells) => total + cells.size, 0);
}

function addCells(points: Map<number, Cells>, time: number, cells: Cells): void {
  const sum = points.get(time);
  if (sum === undefined) points.set(time, cells);
  else mergeCells(sum, cells);
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
  const points = await sums(kv, { prefix: rollupDimPrefix("all", dim) }, {
    grain: "all",
    dim,
    from: 0,
    to: 0,
  });
  return points.get(0) ?? new Map();
}
