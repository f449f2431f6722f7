/**
 * What GemiNitro costs where people feel it, as ratios to a bare pass-through in the same run: processor time of a call at full
 * load and at a few calls a second, rest, memory after load, start. The contestants take turns in short rounds; a figure is the
 * median of its rounds and a ratio that of the rounds' own ratios, so that what disturbs the machine disturbs both. Caddy and
 * nginx take part where they are installed, and another checkout with --before.
 *
 *     deno task bench:costs [--seconds 1] [--rounds 15] [--rate 50] [--rest 20] [--starts 7] [--before FOLDER]
 *     deno task bench:guard     fails when a call costs more than 1.25 times its published ratio, in three tries
 */
import { parseArgs } from "@std/cli/parse-args";
import { memoryOf, startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { type Contestant, contestantsOf, MODEL } from "./support/contestants.ts";
import { cpuMeter } from "./support/cpu_meter.ts";
import { fronts } from "./support/fronts.ts";
import { load } from "./support/load.ts";
import { type Start, startCosts } from "./support/start_costs.ts";
import published from "./published_ratios.json" with { type: "json" };

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "rate", "rest", "starts", "before"],
  boolean: ["guard"],
  default: { seconds: "1", rounds: "15", rate: "50", rest: "20", starts: "7", before: "", guard: false },
});
const seconds = Number(flags["seconds"]);
const rounds = Number(flags["rounds"]);
const rate = Number(flags["rate"]);
const before = String(flags["before"]);

const BARE = "bare pass-through";
/** A call may cost this many times its published ratio before the guard fails: machines differ. */
const TOLERANCE = 1.25;
const TRIES = 3;

type Load = "full" | "light";

/** Milliseconds of processor time for a call, round by round. */
async function costsOf(all: readonly Contestant[], kind: Load): Promise<ReadonlyMap<string, number[]>> {
  const costs = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  // Until the engine has made machine code of what is called most.
  for (const { request } of all) await load(request, 16, 3_000);
  // At a few calls a second a round needs time to tell anything.
  const ms = (kind === "full" ? seconds : seconds * 4) * 1_000;
  for (let round = 0; round < rounds; round++) {
    for (const { name, request, server } of all) {
      const meter = await cpuMeter(server.pid);
      const { requests, failures } = await load(
        request,
        kind === "full" ? 16 : 4,
        ms,
        kind === "full" ? Infinity : rate,
      );
      // A front may meet a kept connection that has just been closed.
      if (failures > requests / 100) throw new Error(`${failures} calls of ${name} failed`);
      costs.get(name)!.push(await meter.ms() / requests);
    }
  }
  return costs;
}

function ratio(costs: ReadonlyMap<string, number[]>, name: string): number {
  const bare = costs.get(BARE)!;
  return median(costs.get(name)!.map((cost, round) => cost / bare[round]!));
}

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);

function lanes(stream: boolean, server = proxy, suffix = ""): Contestant[] {
  return contestantsOf({ simulator, bare, proxy: server }, "costs", { stream })
    .filter(({ name }) => name === "native" || name === "chat" || (suffix === "" && name === BARE))
    .map((one) => ({ ...one, name: one.name + suffix }));
}

if (flags["guard"]) await guard();
else await everything();

/** Tries up to three times, as a shared machine disturbs one run in a few. */
async function guard(): Promise<void> {
  for (const [mode, bounds] of Object.entries(published)) {
    for (let attempt = 1;; attempt++) {
      const costs = await costsOf(lanes(mode === "streamed"), "full");
      const dear = Object.entries(bounds).filter(([lane, bound]) => ratio(costs, lane) > bound * TOLERANCE);
      for (const [lane, bound] of Object.entries(bounds)) {
        console.log(`${lane} ${mode}: x${ratio(costs, lane).toFixed(2)}, published x${bound.toFixed(2)}`);
      }
      if (dear.length === 0) break;
      if (attempt === TRIES) {
        console.error(`${dear.map(([lane]) => lane).join(" and ")} ${mode}: dearer than is published`);
        Deno.exit(1);
      }
    }
  }
}

async function everything(): Promise<void> {
  const fresh = [await memoryOf(bare.pid), await memoryOf(proxy.pid)] as const;
  const [bareRest, rest] = await Promise.all([restOf(bare.pid), restOf(proxy.pid)]);
  console.log(`At rest: ${rest.toFixed(3)} % of a processor (bare ${bareRest.toFixed(3)} %)`);
  console.log(
    `Memory at start: ${fresh[1]?.toFixed(0)} MiB, bare ${fresh[0]?.toFixed(0)} MiB, x${
      (fresh[1]! / fresh[0]!).toFixed(2)
    }`,
  );
  await using others = await fronts(simulator.url);
  await using older = before === ""
    ? undefined
    : await startChild(`${before}/bench/support/geminitro_server.ts`, [simulator.url.origin]);
  for (const stream of [false, true]) {
    const all = [
      ...lanes(stream),
      ...(older === undefined ? [] : lanes(stream, older, ", before")),
      ...others.contestants(lanes(stream).find(({ name }) => name === BARE)!),
    ];
    for (const kind of ["full", "light"] as const) {
      const costs = await costsOf(all, kind);
      console.log(
        `\n${stream ? "Streams of 20 chunks" : "Whole replies"}, ${
          kind === "full" ? "full load" : `${rate} a second`
        }`,
      );
      for (const { name } of all) {
        const us = median(costs.get(name)!) * 1_000;
        console.log(
          `  ${name.padEnd(18)} ${us.toFixed(0).padStart(6)} us  x${ratio(costs, name).toFixed(2)}`,
        );
      }
    }
  }
  const loaded = [await memoryOf(bare.pid), await memoryOf(proxy.pid)] as const;
  console.log(
    `\nMemory after load: ${loaded[1]?.toFixed(0)} MiB, bare ${loaded[0]?.toFixed(0)} MiB, x${
      (loaded[1]! / loaded[0]!).toFixed(2)
    }`,
  );
  const starts = await startCosts(simulator.url, MODEL, Number(flags["starts"]), before);
  console.log("\nStart to the first answered call");
  for (const one of starts) console.log(startLine(one));
}

/** Percent of a processor that a process takes while nobody asks it anything. */
async function restOf(pid: number): Promise<number> {
  // What a start leaves to do is over by then.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const meter = await cpuMeter(pid);
  const ms = Number(flags["rest"]) * 1_000;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return await meter.ms() / ms * 100;
}

function startLine({ name, wallMs, cpuMs, memoryMib }: Start): string {
  return `  ${name.padEnd(18)} ${wallMs.toFixed(0).padStart(6)} ms, ${
    cpuMs.toFixed(0)
  } ms of processor time, ${memoryMib.toFixed(0)} MiB`;
}
