import assert from "node:assert/strict";
import fc from "fast-check";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("parseArgs() reads long and short flags, values and positional arguments", () => {
  const args = parseArgs(["start", "--port", "80", "-v", "--name=x=y", "-n5", "-abc", "z", "7", "-3"], {
    boolean: ["v"],
    string: ["name"],
  });
  assert.deepEqual({ ...args }, {
    _: ["start", 7, -3],
    port: 80,
    v: true,
    name: "x=y",
    n: 5,
    a: true,
    b: true,
    c: "z",
  });
});

Deno.test("parseArgs() gives flags false, keeps texts and takes true or false for a flag", () => {
  const args = parseArgs(["--key", "0123", "--yes", "false", "--json=false", "rest"], {
    boolean: ["yes", "json", "quiet"],
    string: ["key", "_"],
  });
  const key: string | undefined = args.key;
  assert.equal(key, "0123");
  assert.deepEqual([args.yes, args.json, args.quiet, args._], [false, false, false, ["rest"]]);
  assert.equal(parseArgs(["--key"], { string: "key" }).key, "");
});

Deno.test("parseArgs() spreads aliases, fills defaults and negates only what may be negated", () => {
  const options = {
    alias: { help: ["h", "?"] },
    boolean: ["help", "splash"],
    negatable: ["splash"],
    default: { splash: true, port: 7536 },
  } as const;
  const args = parseArgs(["-h", "--no-splash", "--no-other"], options);
  assert.deepEqual([args.help, args["h"], args["?"], args.splash, args["port"]], [
    true,
    true,
    true,
    false,
    7536,
  ]);
  assert.equal(args["no-other"], true);
  assert.equal(parseArgs([], options).splash, true);
});

Deno.test("parseArgs() collects names that come several times", () => {
  const args = parseArgs(["-m", "a", "--model", "b", "--model=1"], {
    alias: { m: "model" },
    collect: ["model", "none"],
    string: ["model"],
  });
  const models: string[] = args.model;
  assert.deepEqual([models, args["m"], args.none], [["a", "b", "1"], ["a", "b", "1"], []]);
});

Deno.test("parseArgs() stops at -- and, when asked, at the first positional argument", () => {
  assert.deepEqual(parseArgs(["a", "--", "--b", "1"])._, ["a", "--b", "1"]);
  const kept = parseArgs(["a", "--", "--b"], { "--": true });
  assert.deepEqual([kept._, kept["--"]], [["a"], ["--b"]]);
  const early = parseArgs(["--x", "--", "1"], { stopEarly: true, boolean: "x" });
  assert.deepEqual([early["x"], early._], [true, ["1"]]);
  assert.deepEqual(parseArgs(["run", "--b", "-c"], { stopEarly: true })._, ["run", "--b", "-c"]);
});

Deno.test("parseArgs() tells of what was not declared, which may be left out", () => {
  const seen: unknown[] = [];
  const args = parseArgs(["x", "--known", "--odd=1", "-q"], {
    boolean: ["known"],
    unknown: (arg, key, value) => {
      seen.push([arg, key, value]);
      return arg === "x";
    },
  });
  assert.deepEqual(seen, [["x", undefined, undefined], ["--odd=1", "odd", "1"], ["-q", "q", true]]);
  assert.deepEqual({ ...args }, { _: ["x"], known: true });
});

Deno.test("parseArgs() never throws, loses no argument behind -- and never touches the prototype", () => {
  assert.deepEqual({ ...parseArgs(["-_", "a", "--_=1", "b"]) }, { _: ["b"] });
  parseArgs(["--__proto__", "polluted", "--__proto__.x=1"]);
  assert.equal(Object.hasOwn(Object.prototype, "x"), false);
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (before, after) => {
      const args = parseArgs([...before.filter((arg) => arg !== "--"), "--", ...after], { "--": true });
      assert.deepEqual(args["--"], after);
    }),
    { seed: 7, numRuns: 300 },
  );
});
