/** Runs the cells whose name holds the argument and prints what is wrong with each: for work on one family. */
import { nameOf } from "./cell.ts";
import { cellsOfMatrix, runCells } from "./matrix.ts";

const wanted = Deno.args[0] ?? "";
const cells = (await cellsOfMatrix()).filter((cell) => nameOf(cell).includes(wanted));
console.log(`${cells.length} cells`);
const start = performance.now();
const outcomes = await runCells(cells);
const failing = outcomes.filter(({ wrong }) => wrong.length > 0);
for (const { name, wrong, tookMs } of failing) {
  console.log(`${name} (${Math.round(tookMs)} ms)\n${wrong.map((line) => `    ${line}`).join("\n")}`);
}
console.log(`${failing.length} fail, ${Math.round(performance.now() - start)} ms`);
