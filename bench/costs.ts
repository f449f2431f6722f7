/**
 * What GemiNitro costs where people feel it, as ratios to a bare pass-through and to a translator that keeps nothing, in the same
 * run: processor time of a call at full load, at a few calls a second and with 4 MB, rest, memory, what is added at half load, two
 * processes beside one, start; at the end all of it beside its goals. The contestants take turns in short rounds; a figure is the
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
import { addedAtHalfLoad } from "./support/half_load.ts";
import { load } from "./support/load.ts";
import { type Start, startCosts } from "./support/start_costs.ts";
import { workerCosts } from "./support/worker_costs.ts";
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
const TRANSLATOR = "translator";
/** A call may cost this many times its published ratio before the guard fails: machines differ. */
const TOLERANCE = 1.25;
const TRIES = 3;

type Load = "full" | "light";

/** One line of the table at the end. */
interface Row {
  readonly what: string;
  readonly measured: number;
  readonly goal: number;
  /** A goal to be reached instead of a bound to be kept. */
  readonly atLeast?: true;
}
const rows: Row[] = [];

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

/** NaN where the other takes no part. */
function ratio(costs: ReadonlyMap<string, number[]>, name: string, to = BARE): number {
  const other = costs.get(to) ?? [];
  return median((costs.get(name) ?? []).map((cost, round) => cost / (other[round] ?? NaN)));
}

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);

function lanes(stream: boolean, server = proxy, suffix = "", prompt?: string): Contestant[] {
  const options = { stream, ...(prompt === undefined ? {} : { prompt }) };
  return contestantsOf({ simulator, bare, proxy: server }, "costs", options)
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
  const fresh = await memories();
  const [bareRest, rest] = await Promise.all([restOf(bare.pid), restOf(proxy.pid)]);
  console.log(`At rest: ${rest.toFixed(3)} % of a processor (bare ${bareRest.toFixed(3)} %)`);
  rows.push({ what: "rest, percent of a processor", measured: rest, goal: 0.1 });
  tellMemory("at rest", fresh, 1.9);
  await using translator = await startChild("./translator_server.ts", [simulator.url.origin]);
  await using others = await fronts(simulator.url);
  await using older = before === ""
    ? undefined
    : await startChild(`${before}/bench/support/geminitro_server.ts`, [simulator.url.origin]);
  for (const stream of [false, true]) {
    const ours = lanes(stream);
    const all = [
      ...ours,
      ...(older === undefined ? [] : lanes(stream, older, ", before")),
      translated(ours, translator),
      ...others.contestants(ours.find(({ name }) => name === BARE)!),
    ];
    await compareCosts(all, stream);
  }
  tellMemory("after load", await memories(), 1.3);
  await largeRequests(translator);
  await latencies();
  await processes();
  await starts();
  console.log("\nGoals");
  for (const { what, measured, goal, atLeast } of rows) {
    const met = atLeast === true ? measured >= goal : measured <= goal;
    const bound = `${atLeast === true ? "at least" : "at most"} ${goal}`;
    console.log(
      `  ${what.padEnd(58)} ${measured.toFixed(2).padStart(6)}  ${bound.padEnd(13)} ${
        met ? "met" : "not met"
      }`,
    );
  }
}

/** Memory of the bare server and of the proxy in MiB. */
async function memories(): Promise<readonly [bare: number, proxy: number]> {
  return [await memoryOf(bare.pid) ?? NaN, await memoryOf(proxy.pid) ?? NaN];
}

function tellMemory(when: string, [plain, ours]: readonly [number, number], goal: number): void {
  console.log(
    `Memory ${when}: ${ours.toFixed(0)} MiB, bare ${plain.toFixed(0)} MiB, x${(ours / plain).toFixed(2)}`,
  );
  rows.push({ what: `memory ${when}, against bare`, measured: ours / plain, goal });
}

/** The chat lane's own call to another server. */
function translated(among: readonly Contestant[], server: typeof proxy): Contestant {
  const chat = among.find(({ name }) => name === "chat")!;
  return { ...chat, name: TRANSLATOR, server, request: { ...chat.request, port: Number(server.url.port) } };
}

async function compareCosts(all: readonly Contestant[], stream: boolean): Promise<void> {
  for (const kind of ["full", "light"] as const) {
    const costs = await costsOf(all, kind);
    const load = kind === "full" ? "full load" : `${rate} a second`;
    console.log(`\n${stream ? "Streams of 20 chunks" : "Whole replies"}, ${load}`);
    for (const { name } of all) {
      const us = median(costs.get(name)!) * 1_000;
      console.log(
        `  ${name.padEnd(18)} ${us.toFixed(0).padStart(6)} us  x${ratio(costs, name).toFixed(2)}`,
      );
    }
    const form = stream ? "streamed" : "whole";
    if (kind === "light") {
      if (!stream) {
        rows.push({ what: `chat ${form}, ${load}, against bare`, measured: ratio(costs, "chat"), goal: 1.5 });
      }
      continue;
    }
    rows.push(
      {
        what: `native ${form}, against Caddy`,
        measured: ratio(costs, "native", "Caddy"),
        goal: stream ? 1.5 : 1,
      },
      {
        what: `chat ${form}, against a translator that keeps nothing`,
        measured: ratio(costs, "chat", TRANSLATOR),
        goal: stream ? 0.7 : 1.3,
      },
    );
  }
}

/** Requests of 4 MB: native beside one pass, chat beside one parse and one writing of the JSON. */
async function largeRequests(translator: typeof proxy): Promise<void> {
  const large = lanes(false, proxy, "", "word ".repeat(800_000));
  const costs = await costsOf([...large, translated(large, translator)], "full");
  console.log("\nRequests of 4 MB, full load");
  for (const [name, some] of costs) {
    console.log(`  ${name.padEnd(18)} ${median(some).toFixed(1).padStart(6)} ms`);
  }
  rows.push(
    { what: "native with 4 MB, against one pass", measured: ratio(costs, "native"), goal: 1.5 },
    {
      what: "chat with 4 MB, against one translation",
      measured: ratio(costs, "chat", TRANSLATOR),
      goal: 1.3,
    },
  );
}

async function latencies(): Promise<void> {
  const [through, ...ours] = lanes(false) as [Contestant, ...Contestant[]];
  console.log("\nAdded at half load");
  for (const lane of ours) {
    const { p50, p99 } = await addedAtHalfLoad(lane, through, {
      rounds,
      ms: seconds * 1_000,
      connections: 16,
    });
    console.log(`  ${lane.name.padEnd(18)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
    rows.push({ what: `p99 added at half load, ${lane.name}, ms`, measured: p99, goal: 1 });
  }
}

async function processes(): Promise<void> {
  const { costs: [one, two] } = await workerCosts(simulator.url, {
    rounds: Math.min(rounds, 5),
    ms: seconds * 1_000,
    connections: 32,
  });
  rows.push({
    what: "WORKERS=2 by processor time, where two cores are free",
    measured: 2 * one / two,
    goal: 1.7,
    atLeast: true,
  });
}

async function starts(): Promise<void> {
  const all = await startCosts(simulator.url, MODEL, Number(flags["starts"]), before);
  console.log("\nStart to the first answered call");
  for (const one of all) console.log(startLine(one));
  for (const [name, goal] of [["bundle", 0.2], ["checkout", 0.4]] as const) {
    const found = all.find((one) => one.name === name);
    if (found === undefined) continue;
    rows.push({ what: `start to the first answer, ${name}, seconds`, measured: found.wallMs / 1_000, goal });
  }
}

/** Percent of a processor that a process takes while nobody asks it anything. */
async function restOf(pid: number): Promise<number> {
  // Background work of a start has ended by then.
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
