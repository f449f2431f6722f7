/**
 * What a call takes longer than through the bare pass-through while the proxy is half busy: each lane is asked at half the
 * rate that it can serve on this machine, and the pass-through at the same rate.
 *
 *     deno run -A bench/latency.ts [--seconds 5] [--rounds 5] [--connections 16]
 */
import { parseArgs } from "@std/cli/parse-args";
import { startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { contestantsOf } from "./support/contestants.ts";
import { load } from "./support/load.ts";

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
const through = all.find(({ name }) => name === "bare pass-through")!.request;

for (const { name, request } of all.slice(2)) {
  await load(request, connections, 2_000);
  const capacity = (await load(request, connections, 3_000)).rate;
  const added: { p50: number; p99: number }[] = [];
  for (let round = 0; round < Number(flags["rounds"]); round++) {
    const [ours, plain] = [
      await load(request, connections, ms, capacity / 2),
      await load(through, connections, ms, capacity / 2),
    ];
    added.push({ p50: ours.p50 - plain.p50, p99: ours.p99 - plain.p99 });
  }
  const [p50, p99] = [median(added.map((one) => one.p50)), median(added.map((one) => one.p99))];
  console.log(
    `${name.padEnd(10)} at ${(capacity / 2).toFixed(0)}/s, half of ${capacity.toFixed(0)}/s: added p50 ${
      p50.toFixed(2)
    } ms, p99 ${p99.toFixed(2)} ms`,
  );
}
