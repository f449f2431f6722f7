import assert from "node:assert/strict";
import fc from "fast-check";
import { merged } from "../../components/logs/use_logs.ts";
import { fieldsText, filterLogs } from "../../components/logs/log_lines.ts";

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

Deno.test("merged() shows each line once, in order, and keeps the lines it has", () => {
  const at = (time: number) =>
    ({ at: time, level: "info", kind: "server", message: `line ${time}` }) as const;
  fc.assert(fc.property(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (from, more, first, further) => {
    const written = Array.from({ length: from + more + first + further }, (_, time) => at(time));
    const shown = written.filter(({ at: time }) => time < from + more + first + further && time % 3 !== 0);
    const read = written.slice(from, from + more + first).map((line) => ({ ...line }));
    const lines = merged(shown, read);
    assert.deepEqual(lines, [...lines].sort((a, b) => a.at - b.at));
    assert.equal(new Set(lines.map(({ at: time }) => time)).size, lines.length);
    for (const line of [...shown, ...read]) assert.ok(lines.some(({ at: time }) => time === line.at));
    for (const line of shown) assert.ok(lines.includes(line));
  }));
});
