import type { BoardCell, QuotaBoard as BoardView } from "../../src/management/contract.ts";
import { markOf } from "./marks.ts";

/** One line of the board, or the head of a column. */
export interface Line {
  readonly id: string;
  readonly name: string;
  /** Models that share the quota of a group. */
  readonly members: readonly string[];
  /** Keys of a project; 0 for a model. */
  readonly keys: number;
}

export interface BoardRow extends Line {
  /** One a column; absent where the project has no such model. */
  readonly cells: readonly (BoardCell | undefined)[];
}

/** Rows that open and close together. */
export interface RowGroup {
  readonly id: string;
  readonly rows: readonly BoardRow[];
  readonly cells: number;
  /** Of the cells, those that do not serve now. */
  readonly closed: number;
}

/** The board as it is laid out. */
export interface BoardLayout {
  /** The kind of the rows; the columns are the other kind. */
  readonly rowsAre: "projects" | "models";
  readonly columns: readonly Line[];
  readonly groups: readonly RowGroup[];
  /** Too many columns for figures in the cells: they show their mark and bar alone. */
  readonly compact: boolean;
}

/** Figures of a cell want this much room. */
const MOST_WIDE = 6;

/** Lays the longer side down the page, so that the page never grows sideways; rows of one source are adjacent. */
export function layoutOf(board: BoardView): BoardLayout {
  const projects = board.projects.map(({ id, name, source, keyCount }) => ({
    id,
    name,
    source,
    keys: keyCount,
    members: [],
  }));
  const models = board.models.map(({ id, members }) => ({
    id,
    name: id.replace(/^group:/, ""),
    keys: 0,
    members,
  }));
  const rowsAre = projects.length >= models.length ? "projects" : "models";
  const columns: readonly Line[] = rowsAre === "projects" ? models : projects;
  const cells = new Map(board.cells.map((cell) => [
    rowsAre === "projects" ? `${cell.project} ${cell.model}` : `${cell.model} ${cell.project}`,
    cell,
  ]));
  const rowOf = (line: Line): BoardRow => ({
    ...line,
    cells: columns.map((column) => cells.get(`${line.id} ${column.id}`)),
  });
  const grouped: readonly (readonly [string, readonly Line[]])[] = rowsAre === "projects"
    ? [...Map.groupBy(projects, ({ source }) => source)]
    : [["models", models]];
  const groups = grouped.map(([id, lines]) => groupOf(id, lines.map(rowOf)));
  return { rowsAre, columns, groups, compact: columns.length > MOST_WIDE };
}

function groupOf(id: string, rows: readonly BoardRow[]): RowGroup {
  const cells = rows.flatMap((row) => row.cells.filter((cell) => cell !== undefined));
  const closed = cells.filter((cell) => !["free", "low"].includes(markOf(cell))).length;
  return { id, rows, cells: cells.length, closed };
}

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The cell that a key leads to from `at`; undefined for keys that lead nowhere. `there` says which cells exist: gaps are passed
 * over, and at an edge the place stays. Home and End go to the ends of the row, with Control to the ends of the board.
 */
export function cellFrom(
  at: readonly [row: number, column: number],
  key: { readonly key: string; readonly ctrlKey: boolean },
  there: readonly (readonly boolean[])[],
): readonly [row: number, column: number] | undefined {
  const step = STEPS[key.key];
  if (step !== undefined) {
    let [row, column] = at;
    do {
      row += step[0];
      column += step[1];
    } while (there[row]?.[column] === false);
    return there[row]?.[column] === true ? [row, column] : at;
  }
  if (key.key !== "Home" && key.key !== "End") return undefined;
  const places = there.flatMap((cells, row) =>
    cells.flatMap((is, column) => is && (key.ctrlKey || row === at[0]) ? [[row, column] as const] : [])
  );
  return key.key === "Home" ? places[0] : places.at(-1);
}
