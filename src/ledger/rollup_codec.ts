import { isObject } from "../core/mod.ts";
import { pack, unpack } from "./packed.ts";
import { type Cell, decodeCell, emptyCell, encodeCell, mergeCell } from "./rollup_cell.ts";

/** The cells of one dimension in one period. */
export type Cells = Map<string, Cell>;

/** Beyond this many values of one dimension in one period the rest is counted under `OTHER`. */
const MOST_VALUES = 1_500;
const OTHER = "(other)";
const VALUE_BYTES = 60_000;
const PLAIN_CHARACTERS = 2_000;

/** JSON text, compressed unless it is small. */
export type PackedCells = string | Uint8Array<ArrayBuffer>;

/** One compressed value; when it would not fit, the distributions go first, then the smallest cells become `OTHER`. */
export function encodeCells(cells: Cells): PackedCells {
  const text = textOf(cells);
  // Unpacking costs more than reading for what is small, and most charts read many small values.
  if (text.length < PLAIN_CHARACTERS) return text;
  let value = pack([text]);
  if (value.length <= VALUE_BYTES) return value;
  const bare: Cells = new Map(
    [...cells].map(([name, cell]) => [name, { ...cell, latency: new Map(), firstToken: new Map() }]),
  );
  value = packCells(bare);
  let keep = bare.size;
  while (value.length > VALUE_BYTES && keep > 1) {
    keep = Math.floor(keep / 2);
    value = packCells(largest(bare, keep));
  }
  return value;
}

export function decodeCells(value: unknown): Cells {
  const out: Cells = new Map();
  const text = typeof value === "string"
    ? value
    : value instanceof Uint8Array
    ? unpack(value).join("\n")
    : "{}";
  const body: unknown = JSON.parse(text);
  if (!isObject(body) || !isObject(body["cells"])) return out;
  for (const [name, encoded] of Object.entries(body["cells"])) {
    const cell = decodeCell(encoded);
    if (cell !== undefined) out.set(name, cell);
  }
  return out;
}

export function mergeCells(into: Cells, from: Cells): void {
  for (const [name, cell] of from) mergeCell(cellOf(into, name), cell);
}

/** The cell of a value, made when it is new; `OTHER` when there are too many. */
export function cellOf(cells: Cells, name: string): Cell {
  const known = cells.get(name);
  if (known !== undefined) return known;
  const filed = cells.size >= MOST_VALUES ? OTHER : name;
  const cell = cells.get(filed) ?? emptyCell();
  cells.set(filed, cell);
  return cell;
}

function packCells(cells: Cells): Uint8Array<ArrayBuffer> {
  return pack([textOf(cells)]);
}

function textOf(cells: Cells): string {
  const body: Record<string, unknown> = Object.create(null);
  for (const [name, cell] of cells) body[name] = encodeCell(cell);
  return JSON.stringify({ v: 1, cells: body });
}

function largest(cells: Cells, keep: number): Cells {
  const sorted = [...cells].sort(([, a], [, b]) => b.requests - a.requests);
  const out: Cells = new Map(sorted.slice(0, keep));
  const rest = out.get(OTHER) ?? emptyCell();
  for (const [name, cell] of sorted.slice(keep)) if (name !== OTHER) mergeCell(rest, cell);
  out.set(OTHER, rest);
  return out;
}
