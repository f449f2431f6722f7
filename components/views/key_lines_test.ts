import assert from "node:assert/strict";
import type { KeyRow } from "../data/views.ts";
import { filterKeys, keyLines, windowOf } from "./key_lines.ts";

const KEY: KeyRow = {
  id: "",
  tail: "",
  source: "api_key",
  label: "",
  email: "",
  project: "",
  tier: "free",
  status: "active",
  reason: "",
  link: "",
  remedy: "",
  requests: 0,
  errors: 0,
  inFlight: 0,
  cooldowns: [],
  models: [],
  priority: 0,
  allowModels: [],
  denyModels: [],
  proxy: "",
};

function keys(...rows: readonly Partial<KeyRow>[]): readonly KeyRow[] {
  return rows.map((row, index) => ({ ...KEY, id: `k${index}`, tail: `...000${index}`, ...row }));
}

Deno.test("keyLines() puts keys under their projects and unknown projects last", () => {
  const lines = keyLines(keys({}, { project: "b" }, { project: "a" }, { project: "a", status: "dead" }));
  const names = lines.map((line) =>
    line.kind === "project" ? `${line.project}:${line.active}/${line.keys}` : line.key.id
  );
  assert.deepEqual(names, ["a:1/2", "k2", "k3", "b:1/1", "k1", ":1/1", "k0"]);
});

Deno.test("keyLines() puts accounts by themselves, whatever their project, as Google counts each of them", () => {
  const project = "a";
  const lines = keyLines(
    keys({ source: "gemini_cli", project }, { project }, { source: "vertex", project }, {}),
  );
  const names = lines.map((line) =>
    line.kind === "project" ? `${line.project}${line.accounts ? "accounts" : ""}:${line.keys}` : line.key.id
  );
  assert.deepEqual(names, ["a:2", "k1", "k2", ":1", "k3", "accounts:1", "k0"]);
});

Deno.test("filterKeys() wants every word, in any field, and the status", () => {
  const all = keys({ label: "Work", project: "alpha" }, { label: "Home", project: "alpha", status: "dead" });
  const ids = (words: string, status = "") => filterKeys(all, { words, status }).map((key) => key.id);
  assert.deepEqual(ids("alpha work"), ["k0"]);
  assert.deepEqual(ids("alpha", "dead"), ["k1"]);
  assert.deepEqual(ids("beta"), []);
});

Deno.test("windowOf() draws what is in sight and leaves room for the rest", () => {
  const range = windowOf(1_000, 50, 10_000, 500, 5);
  assert.deepEqual(range, { first: 195, last: 215, before: 9_750, after: 39_250 });
  assert.deepEqual(windowOf(3, 50, 9_999, 500, 5), { first: 0, last: 3, before: 0, after: 0 });
});
