import assert from "node:assert/strict";
import { selfCommand } from "../../src/cli/self_command.ts";
import { HEAP_FLAG } from "../../src/system/mod.ts";
import { COMPILE_FLAGS } from "../../tools/compile.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("memory: a server's heap is bounded in every way of starting one", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command?: string }> };
  for (const name of ["start", "demo", "geminitro"]) {
    assert.ok(tasks[name]!.command!.split(" ").includes(HEAP_FLAG), name);
  }
  assert.ok((await read("Containerfile")).includes(JSON.stringify(HEAP_FLAG)));
  assert.ok(COMPILE_FLAGS.includes(HEAP_FLAG));
  assert.ok(selfCommand({ entry: "/d/geminitro.js" }, []).args.includes(HEAP_FLAG));
});

/** Bytes to which the engine lets a heap grow, room for short-lived objects included. */
async function heapLimit(flags: readonly string[]): Promise<number> {
  const script =
    `import { getHeapStatistics } from "node:v8"; console.log(getHeapStatistics().heap_size_limit);`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", ...flags, script],
    stderr: "inherit",
  }).output();
  assert.equal(code, 0);
  return Number(new TextDecoder().decode(stdout));
}

Deno.test("memory: the engine knows the flag and takes less for short-lived objects", async () => {
  const [bounded, usual] = await Promise.all([heapLimit([HEAP_FLAG]), heapLimit([])]);
  // The engine's own halves have 32 MiB.
  assert.ok(usual - bounded >= 2 * 8 * 1_048_576, `${bounded} and ${usual}`);
});
