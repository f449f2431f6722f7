/** Which cells there are, and running them. */
import { type Cell, nameOf, POOLS, runCell } from "./cell.ts";
import { type Fault, FAULTS, recordedFaults } from "./faults.ts";
import { type Lane, LANES } from "./lanes.ts";

/** Cells that run at the same time: each waits for sockets most of its time. */
const AT_ONCE = 6;

/**
 * Every fault on every lane with two keys, and on every operation with one key and
 * with every other pool, generation with each; recorded bodies on generation alone, whose
 * lane goes round so that each lane meets each pool.
 */
export async function cellsOfMatrix(): Promise<readonly Cell[]> {
  const recorded = await recordedFaults();
  const cells = new Map<string, Cell>();
  const seen = new Set<Fault | Lane>();
  // A fault's first cell and a lane's first one go through sockets; what the pool makes of them is the same without.
  const add = ({ fault, lane, pool }: Omit<Cell, "boundary">) => {
    const isNew = !seen.has(fault) || !seen.has(lane);
    seen.add(fault).add(lane);
    const cell: Cell = { fault, lane, pool, boundary: isNew ? "sockets" : "functions" };
    const name = nameOf(cell);
    if (!cells.has(name)) cells.set(name, cell);
  };
  for (const [row, fault] of [...FAULTS, ...recorded].entries()) {
    const lanes = LANES.filter((lane) => meets(fault, lane));
    if (FAULTS.includes(fault)) { for (const lane of lanes) add({ fault, lane, pool: POOLS[1]! }); }
    for (const [column, pool] of POOLS.entries()) {
      for (const [index, operation] of [...new Set(lanes.map((lane) => lane.operation))].entries()) {
        if (operation !== "generate" && column > 0 && (row + column + index) % 2 === 0) continue;
        const choices = lanes.filter((lane) => lane.operation === operation);
        add({ fault, lane: choices[(row + column) % choices.length]!, pool });
      }
    }
  }
  return [...cells.values()];
}

function meets(fault: Fault, lane: Lane): boolean {
  return fault.on === undefined || fault.on.includes(lane.operation);
}

/** Cells that stand or fall together. */
export function groupOf({ fault, lane, pool }: Cell): string {
  return `${fault.name} | ${lane.operation} | ${pool.name}`;
}

export interface Outcome {
  readonly name: string;
  readonly group: string;
  readonly wrong: readonly string[];
  readonly tookMs: number;
}

export async function runCells(cells: readonly Cell[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = cells.values();
  const worker = async () => {
    for (const cell of queue) {
      const start = performance.now();
      const wrong = await attempt(cell);
      outcomes.push({ name: nameOf(cell), group: groupOf(cell), wrong, tookMs: performance.now() - start });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

async function attempt(cell: Cell): Promise<readonly string[]> {
  try {
    return await runCell(cell);
  } catch (cause) {
    return [cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)];
  }
}
