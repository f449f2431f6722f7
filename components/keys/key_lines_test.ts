import type { KeyRow } from "../shared/views.ts";
import assert from "node:assert/strict";
import { keyLines } from "./key_lines.ts";
import { keysQueryOf } from "../shared/keys/read_keys.ts";

const KEY: KeyRow = {
  id: "",
  tail: "",
  source: "api_key",
  label: "",
  tags: [],
  email: "",
  project: "",
  tier: "free",
  status: "active",
  reason: "",
  link: "",
  remedy: "",
  requests: 0,
  errors: 0,
  retried: 0,
  inFlight: 0,
  cooldowns: [],
  models: [],
  modelCount: 0,
  priority: 0,
  allowModels: [],
  denyModels: [],
  proxy: "",
};

function keys(...rows: readonly Partial<KeyRow>[]): readonly KeyRow[] {
  return rows.map((row, index) => ({ ...KEY, id: `k${index}`, tail: `...000${index}`, ...row }));
}

Deno.test("keyLines() puts a line above the first key of each project, counted over all pages, and accounts apart", () => {
  const project = "a";
  const lines = keyLines({
    rows: keys({ project }, { project, source: "vertex" }, {}, { source: "gemini_cli", project }),
    projects: [{ project, keys: 70, active: 60 }, { project: "", keys: 1, active: 1 }],
  });
  const names = lines.map((line) =>
    line.kind === "key"
      ? line.key.id
      : `${line.project}${line.accounts ? "accounts" : `:${line.active}/${line.keys}`}`
  );
  assert.deepEqual(names, ["a:60/70", "k0", "k1", ":1/1", "k2", "accounts", "k3"]);
});

Deno.test("keysQueryOf() takes what an address may mean and drops the rest", () => {
  const of = (text: string) => keysQueryOf(new URLSearchParams(text));
  assert.deepEqual(of("q=two+words&status=dead&tag=a&sort=lastUsed&cursor=50.cred_x"), {
    q: "two words",
    status: "dead",
    tag: "a",
    sort: "lastUsed",
    cursor: "50.cred_x",
  });
  assert.deepEqual(of("status=gone&sort=toString&cursor=x&tag=a,b"), {
    q: "",
    status: "",
    tag: "a b",
    sort: "",
    cursor: "",
  });
});
