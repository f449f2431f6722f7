import assert from "node:assert/strict";
import fc from "fast-check";
import { callsOf, flowLayout, type FlowPath } from "./layout.ts";

const name = fc.integer({ min: 0, max: 14 }).map((index) => `n${index}`);
const count = fc.integer({ min: 0, max: 50 });
const path: fc.Arbitrary<FlowPath> = fc.record({
  agent: name,
  model: name,
  project: fc.option(name),
  key: fc.option(name),
  name: fc.option(name),
  ok: count,
  failed: count,
  cancelled: count,
  refused: count,
});
const HEIGHT = 440;

Deno.test("flowLayout() loses no call, draws at most nine stations a column, each within its height", () => {
  fc.assert(fc.property(fc.array(path, { maxLength: 60 }), (paths) => {
    const { nodes, links } = flowLayout(paths, HEIGHT);
    const total = paths.reduce((sum, one) => sum + callsOf(one), 0);
    for (const column of [0, 1]) {
      const own = nodes.filter((node) => node.column === column);
      assert.ok(own.length <= 9);
      assert.equal(own.reduce((sum, { calls }) => sum + calls, 0), total);
    }
    for (const { y, height } of nodes) assert.ok(y >= 0 && y + height <= HEIGHT + 1, `${y} ${height}`);
    for (const node of nodes.filter(({ column }) => column > 0)) {
      const into = links.filter(({ to }) => to.id === node.id);
      assert.equal(into.reduce((sum, { calls }) => sum + calls, 0), node.calls);
    }
    for (const { paths, from, to } of links) {
      assert.ok(paths.isSubsetOf(from.paths) && paths.isSubsetOf(to.paths));
    }
  }));
});
