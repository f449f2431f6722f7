/** ARCHITECTURE.md says what the code does with each failure. */
import assert from "node:assert/strict";
import { type Failure, FAILURE_CLASSES, FAILURE_SCOPES } from "../../src/core/mod.ts";
import { verdictOf } from "../../src/pool/mod.ts";

const text = await Deno.readTextFile("ARCHITECTURE.md");

/** The rows below a heading of a table, as lists of cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  assert.ok(start >= 0, `no table of ${heading}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("ARCHITECTURE.md names every scope, in the order of the code", () => {
  assert.deepEqual(rowsBelow("scope").map(([scope]) => scope), [...FAILURE_SCOPES]);
});

Deno.test("ARCHITECTURE.md names every class with its scopes and what comes next", () => {
  const rows = rowsBelow("class");
  assert.deepEqual(rows.map(([name]) => name), [...FAILURE_CLASSES]);
  for (const [name = "", scopes = "", next] of rows) {
    for (const scope of scopes.split(", ")) {
      assert.ok(FAILURE_SCOPES.some((one) => one === scope), `${name}: ${scope}`);
    }
    const failure: Failure = {
      class: name as Failure["class"],
      scope: scopes.split(", ")[0] as Failure["scope"],
      status: 500,
      message: "No.",
      until: 1,
    };
    const first = { attempt: 1, sameKeyRetries: 0, classes: [] };
    assert.equal(verdictOf(failure, first, { hasFallback: false }, () => 0.5).next, next, name);
  }
});

/** Scopes that each class is given in the code of the classifiers. */
async function scopesInCode(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const folder of ["src/upstreams", "src/upstreams/vertex", "src/relay"]) {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || name.endsWith("_test.ts")) continue;
      const source = await Deno.readTextFile(`${folder}/${name}`);
      for (const [, kind, rest] of source.matchAll(/class: "(\w+)",([^}]{0,400})/g)) {
        const scopes = /scope: ([^,]+),/.exec(rest!)?.[1] ?? "";
        const named = found.get(kind!) ?? new Set<string>();
        for (const [, scope] of scopes.matchAll(/"(\w+)"/g)) {
          if (FAILURE_SCOPES.some((one) => one === scope)) named.add(scope!);
        }
        found.set(kind!, named);
      }
    }
  }
  return found;
}

Deno.test("no classifier gives a class a scope that ARCHITECTURE.md does not name", async () => {
  const told = new Map(rowsBelow("class").map(([name, scopes]) => [name, scopes!.split(", ")]));
  for (const [name, scopes] of await scopesInCode()) {
    // What this proxy or a token endpoint refuses by itself concerns the request alone, whatever its class.
    const extra = [...scopes].filter((scope) => scope !== "request" && !told.get(name)?.includes(scope));
    assert.deepEqual(extra, [], name);
  }
});
