/**
 * Side by side in one run: the simulator alone, a bare pass-through of ten lines, and GemiNitro native, chat, responses and
 * messages, streamed and not. What counts is the ratio to the bare pass-through; processor time is steadier than throughput
 * on a machine that is not alone.
 *
 *     deno task bench [--seconds 2] [--rounds 5] [--connections 16] [--only native,chat] [--group whole,stream]
 */
import { parseArgs } from "@std/cli/parse-args";
import { memoryOf, startChild } from "./support/child.ts";
import { compare, table } from "./support/compare.ts";
import { contestantsOf } from "./support/contestants.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections", "only", "group"],
  default: { seconds: "2", rounds: "5", connections: "16", only: "", group: "whole,stream" },
});
const connections = Number(flags["connections"]);
const options = { seconds: Number(flags["seconds"]), rounds: Number(flags["rounds"]), connections };
const only = String(flags["only"]).split(",").filter((name) => name !== "");
const groups = String(flags["group"]).split(",");

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);

const before = await memoryOf(proxy.pid);
let requests = 0;
let failures = 0;
for (const group of groups) {
  const all = contestantsOf({ simulator, bare, proxy }, group, { stream: group === "stream" });
  const chosen = all.filter(({ name }) =>
    only.length === 0 || name === "bare pass-through" || only.includes(name)
  );
  const result = await compare(chosen, options);
  requests += result.requests;
  failures += result.failures;
  const title = group === "stream" ? "Streams of 20 chunks" : "Whole replies";
  console.log(table(`${title}, ${connections} connections`, result));
}
console.log(
  `\nRequests ${requests}, failed ${failures}; start to ready ${proxy.readyMs.toFixed(0)} ms; memory ${
    before?.toFixed(0)
  } -> ${(await memoryOf(proxy.pid))?.toFixed(0)} MiB`,
);
