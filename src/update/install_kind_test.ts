import assert from "node:assert/strict";
import { commandName, type InstallFacts, installKind } from "./mod.ts";

const OURS = JSON.stringify({ name: "geminitro" });
const CASES: readonly (readonly [string, InstallFacts, string])[] = [
  ["executable", { env: {} }, "geminitro"],
  [
    "checkout",
    { env: {}, entry: "/src/geminitro/cli.ts", projectDir: "/src/geminitro" },
    "deno task geminitro",
  ],
  [
    "npm",
    { env: {}, entry: "/usr/lib/node_modules/geminitro/app/geminitro.js", read: () => OURS },
    "geminitro",
  ],
  [
    "npx",
    { env: {}, entry: "/home/a/.npm/_npx/1f/node_modules/geminitro/app/geminitro.js", read: () => OURS },
    "npx geminitro",
  ],
  [
    "npx",
    {
      env: {},
      entry: "C:\\Users\\a\\npm-cache\\_npx\\1f\\node_modules\\geminitro\\app\\geminitro.js",
      read: () => OURS,
    },
    "npx geminitro",
  ],
  ["bundle", { env: {}, entry: "/opt/geminitro/geminitro.js", read: () => undefined }, "geminitro"],
  ["bundle", { env: {}, entry: "/opt/x/geminitro.js", read: () => `{"name":"other"}` }, "geminitro"],
  ["bundle", { env: {}, entry: "/opt/x/geminitro.js", read: () => "no JSON" }, "geminitro"],
  ["container", { env: { GEMINITRO_CONTAINER: "1" }, entry: "/app/geminitro.js" }, "geminitro"],
];

Deno.test("installKind() knows each way of installing, and commandName() how it is called", () => {
  for (const [kind, facts, name] of CASES) {
    assert.equal(installKind(facts), kind);
    assert.equal(commandName(installKind(facts)), name);
  }
});
