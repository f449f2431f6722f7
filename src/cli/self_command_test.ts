import assert from "node:assert/strict";
import { HEAP_FLAG } from "../system/mod.ts";
import { selfCommand } from "./self_command.ts";

Deno.test("selfCommand() runs the executable itself, the checkout or the bundle", () => {
  const program = Deno.execPath();
  assert.deepEqual(selfCommand({}, ["start"]), { program, args: ["start"] });
  const checkout = selfCommand({ entry: "/p/cli.ts", projectDir: "/p" }, ["start"]).args;
  assert.equal(checkout[0], "run");
  assert.ok(checkout.includes("--config=/p/deno.json"));
  assert.ok(checkout.includes(HEAP_FLAG));
  assert.deepEqual(checkout.slice(-2), ["/p/cli.ts", "start"]);
  const bundle = selfCommand({ entry: "/d/geminitro.js" }, ["start"]).args;
  assert.ok(bundle.includes("--no-config") && bundle.includes("--unstable-kv"));
  assert.deepEqual(bundle.slice(-2), ["/d/geminitro.js", "start"]);
});
