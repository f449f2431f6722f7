import assert from "node:assert/strict";
import { fieldsText, filterLogs } from "../../components/views/log_lines.ts";

const entry = {
  at: 0,
  level: "warn",
  kind: "request",
  message: "Refused with 401",
  fields: { agent: "aider/0.9", credential: null, tries: 2, limits: { rpm: 5 } },
} as const;

Deno.test("fieldsText() says names and values, and nothing of what is not there", () => {
  assert.equal(fieldsText(entry), 'agent aider/0.9 · tries 2 · limits {"rpm":5}');
  const { fields: _, ...bare } = entry;
  assert.equal(fieldsText(bare), "");
});

Deno.test("filterLogs() finds a line by what it says beside its message", () => {
  const filter = { level: "", kind: "" };
  assert.equal(filterLogs([entry], { ...filter, words: "Aider" }).length, 1);
  assert.equal(filterLogs([entry], { ...filter, words: "refused" }).length, 1);
  assert.equal(filterLogs([entry], { ...filter, words: "codex" }).length, 0);
});
