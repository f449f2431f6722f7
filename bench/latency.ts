/**
 * What a call takes longer than through the bare pass-through while the proxy is half busy: each lane is asked at half the
 * rate that it can serve on this machine, and the pass-through at the same rate.
 *
 *     deno run -A bench/latency.ts [--seconds 5] [--rounds 5] [--connections 16]
 */
import { parseArgs } from "@std/cli/parse-args";
import { startChild } from "./support/child.ts";
import { contestantsOf } from "./support/contestants.ts";
import { addedAtHalfLoad } from "./support/half_load.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections"],
  default: { seconds: "5", rounds: "5", connections: "16" },
});
const connections = Number(flags["connections"]);
const ms = Number(flags["seconds"]) * 1000;

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);
const all = contestantsOf({ simulator, bare, proxy }, "latency", { stream: false });
const through = all.find(({ name }) => name === "bare pass-through")!;

for (const lane of all.slice(2)) {
  const { capacity, p50, p99 } = await addedAtHalfLoad(lane, through, {
    rounds: Number(flags["rounds"]),
    ms,
    connections,
  });
  console.log(
    `${lane.name.padEnd(10)} at ${(capacity / 2).toFixed(0)}/s, half of ${capacity.toFixed(0)}/s: added p50 ${
      p50.toFixed(2)
    } ms, p99 ${p99.toFixed(2)} ms`,
  );
}
