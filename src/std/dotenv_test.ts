import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { load, parse, stringify } from "@std/dotenv";

Deno.test("parse() reads quotes, comments, export and values over several lines", () => {
  const text = "# head\nA=1 # one\nexport B='x # y'\nC=\"a\\nb\"\nD=a\\nb\nE=`it's\ntwo`\nF=\n";
  assert.deepEqual(parse(text), { A: "1", B: "x # y", C: "a\nb", D: "a\\nb", E: "it's\ntwo", F: "" });
});

Deno.test("stringify() writes what parse() gives back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      const storable = !/\r/.test(value) && (!value.includes("'") || !value.includes("`"));
      if (storable) {
        assert.deepEqual(parse(stringify({ NAME: value, LAST: "1" })), { NAME: value, LAST: "1" });
      }
    }),
    { seed: 7 },
  );
  assert.equal(stringify({ A: "plain", B: "two words" }), "A=plain\nB='two words'");
  assert.throws(() => stringify({ "a b": "1" }), TypeError);
  assert.throws(() => stringify({ A: "'\"`" }), TypeError);
});

Deno.test("load() reads a file, exports only what is not set, and takes a missing file as empty", async () => {
  const folder = await Deno.makeTempDir();
  const [fresh, present] = ["GEMINITRO_DOTENV_TEST_A", "GEMINITRO_DOTENV_TEST_B"] as const;
  try {
    const envPath = join(folder, ".env");
    assert.deepEqual(await load({ envPath }), {});
    assert.deepEqual(await load({ envPath: null }), {});
    await Deno.writeTextFile(envPath, `${fresh}=1\n${present}=file\n`);
    Deno.env.set(present, "process");
    assert.deepEqual(await load({ envPath, export: true }), { [fresh]: "1", [present]: "file" });
    assert.deepEqual([Deno.env.get(fresh), Deno.env.get(present)], ["1", "process"]);
  } finally {
    for (const name of [fresh, present]) Deno.env.delete(name);
    await Deno.remove(folder, { recursive: true });
  }
});
