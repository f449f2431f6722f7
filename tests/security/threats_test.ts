import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every line of the threat model names a test that exists", async () => {
  const text = await Deno.readTextFile(new URL("docs/security.md", ROOT));
  const rows = text.split("\n").filter((line) => /^\| (?!threat |---)/.test(line));
  assert.ok(rows.length > 40, `only ${rows.length} lines`);
  for (const row of rows) {
    const cited = /\| `([\w./]+)`: (.+?)\s*\|$/.exec(row);
    assert.ok(cited, `no test is named: ${row}`);
    const [, file, name] = cited;
    const source = await Deno.readTextFile(new URL(file!, ROOT));
    assert.ok(source.includes(name!), `${file} has no test "${name}"`);
  }
});
