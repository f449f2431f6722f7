import assert from "node:assert/strict";
import { cellsOfMatrix, runCells } from "./matrix.ts";

Deno.test("fault matrix: a failure closes exactly what it concerns, and a healthy key always answers", async () => {
  const cells = await cellsOfMatrix();
  const start = performance.now();
  const outcomes = await runCells(cells);
  const seconds = Math.round((performance.now() - start) / 1000);
  const failing = outcomes.filter(({ wrong }) => wrong.length > 0);
  console.log(`fault matrix: ${cells.length} cells in ${seconds} s`);
  assert.deepEqual(failing.map(({ name, wrong }) => `${name}: ${wrong[0]}`), [], "cells that fail");
});
