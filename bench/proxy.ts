/**
 * Side by side in one run: the simulator alone, a bare pass-through of ten lines, and GemiNitro native, chat, responses and
 * messages, streamed and not. What counts is the ratio to the bare pass-through; processor time is steadier than throughput
 * on a machine that is not alone.
 *
 *     deno task bench [--seconds 2] [--rounds 5] [--connections 16] [--only native,chat] [--group whole,stream,long,2mb,4mb]
 */
import { parseArgs } from "@std/cli/parse-args";
import { memoryOf, startChild } from "./support/child.ts";
import { compare, table } from "./support/compare.ts";
import { contestantsOf } from "./support/contestants.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections", "only", "group"],
  default: { seconds: "2", rounds: "5", connections: "16", only: "", group: "whole,stream,long,2mb,4mb" },
});
const connections = Number(flags["connections"]);
const options = { seconds: Number(flags["seconds"]), rounds: Number(flags["rounds"]), connections };
const only = String(flags["only"]).split(",").filter((name) => name !== "");
const groups = String(flags["group"]).split(",");

interface Group {
  readonly title: string;
  readonly stream: boolean;
  /** Chunks of a streamed reply. */
  readonly chunks?: number;
  /** Bytes of the prompt, for large requests. */
  readonly bytes?: number;
}

const GROUPS: Readonly<Record<string, Group>> = {
  whole: { title: "Whole replies", stream: false },
  stream: { title: "Streams of 20 chunks", stream: true },
  long: { title: "Streams of 2,000 chunks", stream: true, chunks: 2_000 },
  "2mb": { title: "Requests of 2 MB", stream: false, bytes: 2_000_000 },
  "4mb": { title: "Requests of 4 MB", stream: false, bytes: 4_000_000 },
};

let requests = 0;
let failures = 0;
let ready = NaN;
let grown = "";
for (const name of groups) {
  const group = GROUPS[name];
  if (group === undefined) throw new Error(`--group takes ${Object.keys(GROUPS).join()}, not ${name}`);
  await using simulator = await startChild("./sim_server.ts", [String(group.chunks ?? 20)]);
  await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
  await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);
  const before = await memoryOf(proxy.pid);
  const all = contestantsOf({ simulator, bare, proxy }, name, {
    stream: group.stream,
    ...(group.bytes === undefined ? {} : { prompt: "word ".repeat(group.bytes / 5) }),
  });
  const chosen = all.filter((one) =>
    only.length === 0 || one.name === "bare pass-through" || only.includes(one.name)
  );
  const result = await compare(chosen, options);
  requests += result.requests;
  failures += result.failures;
  ready = proxy.readyMs;
  grown += ` ${name} ${before?.toFixed(0)} -> ${(await memoryOf(proxy.pid))?.toFixed(0)};`;
  console.log(table(`${group.title}, ${connections} connections`, result));
}
console.log(
  `\nRequests ${requests}, failed ${failures}; start to ready ${ready.toFixed(0)} ms; memory in MiB:${grown}`,
);
