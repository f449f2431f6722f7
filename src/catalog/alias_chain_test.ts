import assert from "node:assert/strict";
import fc from "fast-check";
import { aliasProblem, bareName, followAliases, LONGEST_CHAIN } from "./alias_chain.ts";

Deno.test("bareName() takes the prefixes off, however many, and nothing else", () => {
  for (const name of ["m", "models/m", "google/m", "geminitro/m", "geminitro/google/models/m"]) {
    assert.equal(bareName(name), "m");
  }
  assert.equal(bareName("tunedModels/m"), "tunedModels/m");
  assert.equal(bareName("my-models/m"), "my-models/m");
});

Deno.test("followAliases() follows chains through prefixes, case-sensitively", () => {
  const aliases = new Map([["fast", "models/quick"], ["quick", "gemini-2.5-flash"], [
    "google/own",
    "gemini-2.5-pro",
  ]]);
  assert.equal(followAliases("geminitro/fast", aliases), "gemini-2.5-flash");
  assert.equal(followAliases("google/own", aliases), "gemini-2.5-pro");
  assert.equal(followAliases("Fast", aliases), "Fast");
});

Deno.test("followAliases() gives up on circles and on chains that are too long", () => {
  assert.equal(followAliases("a", new Map([["a", "b"], ["b", "a"]])), undefined);
  const chain = (length: number) =>
    new Map(Array.from({ length }, (_, step): [string, string] => [`n${step}`, `n${step + 1}`]));
  assert.equal(followAliases("n0", chain(LONGEST_CHAIN)), `n${LONGEST_CHAIN}`);
  assert.equal(followAliases("n0", chain(LONGEST_CHAIN + 1)), undefined);
});

Deno.test("aliasProblem() refuses exactly what would make a circle", () => {
  const aliases = new Map([["a", "b"], ["b", "c"]]);
  assert.equal(aliasProblem({ name: "x", target: "a" }, aliases), undefined);
  assert.equal(aliasProblem({ name: "a", target: "gemini-2.5-pro" }, aliases), undefined);
  assert.match(aliasProblem({ name: "c", target: "a" }, aliases) ?? "", /leads? back to itself/);
  assert.match(aliasProblem({ name: "c", target: "models/c" }, aliases) ?? "", /back to itself/);
  assert.ok(aliasProblem({ name: "", target: "c" }, aliases));
});

Deno.test("aliases written only when aliasProblem() has nothing against them never lead round in a circle", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "models/a", "google/b", "gemini-2.5-pro");
  const writes = fc.array(fc.record({ name, target: name }), { maxLength: 20 });
  fc.assert(fc.property(writes, (wanted) => {
    const aliases = new Map<string, string>();
    for (const alias of wanted) {
      if (aliasProblem(alias, aliases) === undefined) aliases.set(bareName(alias.name), alias.target);
    }
    for (const known of aliases.keys()) assert.notEqual(followAliases(known, aliases), undefined);
  }));
});

Deno.test("followAliases() ends for every set of aliases, however written", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "models/"), maxLength: 3 });
  fc.assert(fc.property(fc.array(fc.tuple(name, name)), name, (pairs, start) => {
    const end = followAliases(start, new Map(pairs));
    assert.ok(end === undefined || typeof end === "string");
  }));
});
