import { isObject, OTHER_NAMES, storedFailureClass } from "../core/mod.ts";
import { pack, unpackText, VALUE_BYTES } from "./packed.ts";
import type { Dim } from "./rollup_dims.ts";
import { type Cell, decodeCell, emptyCell, encodeCell, mergeCell } from "./rollup_cell.ts";

/** The cells of one dimension in one period. */
export type Cells = Map<string, Cell>;
/** The cells of several dimensions. */
export type DimCells = Map<Dim, Cells>;
/** The cells of a dimension in a period, as one process counted them. */
export interface CellsPage {
  readonly cells: Cells;
  /** Number of the last delta log included. */
  readonly through: number;
}

/** Beyond this many values of one dimension in one period the rest is counted under `OTHER_NAMES`. */
const MOST_VALUES = 1_500;
const PLAIN_CHARACTERS = 2_000;

/** JSON text, compressed unless it is small. */
export type PackedCells = string | Uint8Array<ArrayBuffer>;

/**
 * One compressed value; if it does not fit, the distributions are dropped first, then the smallest cells become `OTHER_NAMES`.
 */
export function encodePage({ cells, through }: CellsPage): PackedCells {
  const encode = (cells: Cells) => packText(JSON.stringify({ v: 1, through, cells: encodeCells(cells) }));
  let value = encode(cells);
  if (value.length <= VALUE_BYTES) return value;
  const bare: Cells = new Map(
    [...cells].map(([name, cell]) => [name, { ...cell, latency: new Map(), firstToken: new Map() }]),
  );
  value = encode(bare);
  let keep = bare.size;
  while (value.length > VALUE_BYTES && keep > 1) {
    keep = Math.floor(keep / 2);
    value = encode(largest(bare, keep));
  }
  return value;
}

export function decodePage(value: unknown): CellsPage {
  const body = unpackJson(value);
  const through = body["through"];
  return { cells: decodeCells(body["cells"]), through: typeof through === "number" ? through : 0 };
}

/** Compressed unless it is small. */
export function packText(text: string): PackedCells {
  // For small values unpacking costs more than reading, and most charts read many of them.
  return text.length < PLAIN_CHARACTERS ? text : pack([text]);
}

/** Parses what `packText` wrote; empty for anything else. */
export function unpackJson(value: unknown): Record<string, unknown> {
  const text = value instanceof Uint8Array ? unpackText(value) : typeof value === "string" ? value : "";
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return isObject(body) ? body : {};
}

/** For JSON: by the values of a dimension. */
export function encodeCells(cells: Cells): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, cell] of cells) out[name] = encodeCell(cell);
  return out;
}

/** Decodes what `encodeCells` wrote; invalid ones are left out. */
export function decodeCells(value: unknown): Cells {
  const out: Cells = new Map();
  if (!isObject(value)) return out;
  for (const [name, encoded] of Object.entries(value)) {
    const cell = decodeCell(encoded);
    // No value of another dimension is named like a class of an earlier version.
    if (cell !== undefined) mergeCell(cellOf(out, storedFailureClass(name) ?? name), cell);
  }
  return out;
}

export function mergeCells(into: Cells, from: Cells): void {
  for (const [name, cell] of from) mergeCell(cellOf(into, name), cell);
}

/** The cells of a dimension, made when they are new. */
export function dimCells(dims: DimCells, dim: Dim): Cells {
  let cells = dims.get(dim);
  if (cells === undefined) dims.set(dim, cells = new Map());
  return cells;
}

/** The cell of a value, made when it is new; `OTHER_NAMES` when there are too many. */
export function cellOf(cells: Cells, name: string): Cell {
  const known = cells.get(name);
  if (known !== undefined) return known;
  const filed = cells.size >= MOST_VALUES ? OTHER_NAMES : name;
  const cell = cells.get(filed) ?? emptyCell();
  cells.set(filed, cell);
  return cell;
}

function largest(cells: Cells, keep: number): Cells {
  const sorted = [...cells].sort(([, a], [, b]) => b.requests - a.requests);
  const out: Cells = new Map(sorted.slice(0, keep));
  const rest = out.get(OTHER_NAMES) ?? emptyCell();
  for (const [name, cell] of sorted.slice(keep)) if (name !== OTHER_NAMES) mergeCell(rest, cell);
  out.set(OTHER_NAMES, rest);
  return out;
}
