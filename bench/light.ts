/**
 * What a call costs in processor time, at full load and at a few calls a second, where people are: the bare pass-through,
 * this checkout and, with --before, another one of it, in turns. Each figure is the median of its rounds; the ratio is to the
 * bare pass-through of the same round.
 *
 *     deno run -A bench/light.ts [--seconds 3] [--rounds 5] [--rate 50] [--only native,chat] [--mode whole,stream] [--load full,light] [--before FOLDER]
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Child, cpuOf, memoryOf, startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { contestantsOf } from "./support/contestants.ts";
import { load, type LoadRequest } from "./support/load.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "rate", "only", "mode", "load", "before"],
  default: {
    seconds: "3",
    rounds: "5",
    rate: "50",
    only: "native,chat",
    mode: "whole,stream",
    load: "full,light",
    before: "",
  },
});
const ms = Number(flags["seconds"]) * 1000;
const rounds = Number(flags["rounds"]);
const rate = Number(flags["rate"]);
const lanes = String(flags["only"]).split(",");
const before = String(flags["before"]);

interface Measured {
  readonly name: string;
  readonly server: Child;
  readonly request: LoadRequest;
  readonly costs: number[];
}

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);
await using older = before === ""
  ? undefined
  : await startChild(`${before}/bench/support/geminitro_server.ts`, [simulator.url.origin]);

/** Milliseconds of processor time for a call. */
async function costOf({ server, request }: Measured, connections: number, pace: number): Promise<number> {
  const start = await cpuOf(server.pid) ?? NaN;
  const { requests, failures } = await load(request, connections, ms, pace);
  if (failures > 0) throw new Error(`${failures} calls of ${request.path} failed`);
  return ((await cpuOf(server.pid) ?? NaN) - start) / requests;
}

for (const mode of String(flags["mode"]).split(",")) {
  const stream = mode === "stream";
  const of = (server: Child, wanted: string) =>
    contestantsOf({ simulator, bare, proxy: server }, "light", { stream })
      .find(({ name }) => name === wanted)!.request;
  const all: Measured[] = [
    { name: "bare pass-through", server: bare, request: of(proxy, "bare pass-through"), costs: [] },
    ...lanes.flatMap((lane) => [
      { name: lane, server: proxy, request: of(proxy, lane), costs: [] },
      ...(older === undefined
        ? []
        : [{ name: `${lane}, before`, server: older, request: of(older, lane), costs: [] }]),
    ]),
  ];
  for (const one of all) await load(one.request, 16, 1_500);
  for (const kind of String(flags["load"]).split(",")) {
    for (const one of all) one.costs.length = 0;
    for (let round = 0; round < rounds; round++) {
      for (const one of all) {
        one.costs.push(kind === "full" ? await costOf(one, 16, Infinity) : await costOf(one, 4, rate));
      }
    }
    console.log(
      `\n${stream ? "Streams of 20 chunks" : "Whole replies"}, ${
        kind === "full" ? "full load" : `${rate} a second`
      }`,
    );
    for (const { name, costs } of all) {
      const ratio = median(costs.map((cost, index) => cost / all[0]!.costs[index]!));
      console.log(
        `  ${name.padEnd(18)}  ${(median(costs) * 1000).toFixed(0).padStart(6)} us  x${ratio.toFixed(2)}   ${
          costs.map((cost) => (cost * 1000).toFixed(0)).join(" ")
        }`,
      );
    }
  }
}
for (const [name, server] of [["bare", bare], ["now", proxy], ["before", older]] as const) {
  if (server !== undefined) console.log(`memory of ${name}: ${(await memoryOf(server.pid))?.toFixed(0)} MiB`);
}
