import type { BoardCell, QuotaBoard as BoardView } from "../../src/management/contract.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { cellFrom, layoutOf } from "./board_view.ts";

type State = BoardCell["state"];

function board(projects: number, models: number, sources: readonly string[], state: State): BoardView {
  const made = Array.from({ length: projects }, (_, index) => ({
    id: `p${index}`,
    name: `p${index}`,
    source: sources[index % sources.length],
    kind: "told",
    keys: [],
    keyCount: 1,
  }));
  const named = Array.from({ length: models }, (_, index) => ({ id: `m${index}`, members: [] }));
  const cells = made.flatMap((project) =>
    named.map((model) => ({
      bucket: `${project.id}/${model.id}`,
      project: project.id,
      model: model.id,
      state,
      reason: state === "open" ? null : "day",
      limits: [],
    }))
  );
  return { projects: made, models: named, cells, left: {}, idle: [], limits: [] } as unknown as BoardView;
}

Deno.test("layoutOf() lays the longer side down the page, keeps every cell, and parts projects by their source", () => {
  const size = fc.integer({ min: 1, max: 30 });
  fc.assert(fc.property(size, size, fc.boolean(), (projects, models, two) => {
    const sources = two ? ["api_key", "antigravity"] : ["api_key"];
    const layout = layoutOf(board(projects, models, sources, "out"));
    const rows = layout.groups.flatMap((group) => group.rows);
    assert.ok(rows.length >= layout.columns.length);
    assert.equal(
      rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined)).length,
      projects * models,
    );
    assert.equal(layout.groups.reduce((sum, { closed }) => sum + closed, 0), projects * models);
    const expected = layout.rowsAre === "projects" ? Math.min(projects, sources.length) : 1;
    assert.equal(layout.groups.length, expected);
  }));
});

Deno.test("cellFrom() leads from cell to cell over gaps and never off the board", () => {
  const grid = fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 6,
  })
    .filter((rows) => rows.some((row) => row.includes(true)));
  const key = fc.constantFrom("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Enter");
  fc.assert(fc.property(grid, fc.array(fc.tuple(key, fc.boolean())), (there, keys) => {
    const row = there.findIndex((cells) => cells.includes(true));
    let at: readonly [number, number] = [row, there[row]!.indexOf(true)];
    for (const [name, ctrlKey] of keys) {
      const next = cellFrom(at, { key: name, ctrlKey }, there);
      assert.equal(next === undefined, name === "Enter");
      at = next ?? at;
      assert.equal(there[at[0]]?.[at[1]], true);
    }
  }));
});
