/**
 * What several processes bring and cost: WORKERS=1 and 2 on one port side by side, and how quickly a database tells others of
 * a change and grants a share. DENO_KV_URL (and DENO_KV_ACCESS_TOKEN) add a KV Connect server to the comparison.
 *
 *     deno task bench:scaling [--seconds 3] [--rounds 3] [--connections 32]
 */
import { parseArgs } from "@std/cli/parse-args";
import { StoreProcess } from "../tests/support/store_process.ts";
import { type Child, cpuOf, startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { bodiesOf } from "./support/contestants.ts";
import { load } from "./support/load.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections"],
  default: { seconds: "3", rounds: "3", connections: "32" },
});
const HEADERS = { "Content-Type": "application/json", "Authorization": "Bearer geminitro" };

await compareWorkers();
await compareDatabases();

async function compareWorkers(): Promise<void> {
  await using simulator = await startChild("./sim_server.ts", ["20"]);
  await using one = await startServer(simulator.url.origin, 1);
  await using two = await startServer(simulator.url.origin, 2);
  const request = (url: URL) => ({
    host: url.hostname,
    port: Number(url.port),
    path: "/v1/chat/completions",
    headers: HEADERS,
    body: bodiesOf("hello", false).chat,
  });
  // The second process joins, and both make room for each other.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const sides = [{ server: one, rates: [], costs: [] }, { server: two, rates: [], costs: [] }] as Side[];
  let failures = 0;
  for (const { server } of sides) await load(request(server.url), Number(flags["connections"]), 1_000);
  for (let round = 0; round < Number(flags["rounds"]); round++) {
    for (const side of sides) {
      const before = await cpuOfAll(side.server.pid);
      const ms = Number(flags["seconds"]) * 1_000;
      const result = await load(request(side.server.url), Number(flags["connections"]), ms);
      side.rates.push(result.rate);
      side.costs.push((await cpuOfAll(side.server.pid) - before) / result.requests);
      failures += result.failures;
    }
  }
  const [rate1 = NaN, rate2 = NaN] = sides.map(({ rates }) => median(rates));
  const [cost1 = NaN, cost2 = NaN] = sides.map(({ costs }) => median(costs));
  console.log(
    `Processor cores: ${navigator.hardwareConcurrency}; load average ${Deno.loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    `Throughput: ${rate1.toFixed(0)}/s with one, ${rate2.toFixed(0)}/s with two: ${
      (rate2 / rate1).toFixed(2)
    }`,
  );
  console.log(
    `Processor time a request: ${cost1.toFixed(2)} ms with one, ${
      cost2.toFixed(2)
    } ms with two: so two free cores ` +
      `would give ${(2 * cost1 / cost2).toFixed(2)} times as much. Failed: ${failures}`,
  );
}

interface Side {
  readonly server: Child;
  readonly rates: number[];
  /** Milliseconds of processor time of all its processes for one request. */
  readonly costs: number[];
}

/** Processor time of a server and its workers. */
async function cpuOfAll(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const pids = [pid, ...text.trim().split(" ").filter((word) => word !== "").map(Number)];
  const times = await Promise.all(pids.map((one) => cpuOf(one)));
  return times.reduce<number>((sum, time) => sum + (time ?? NaN), 0);
}

/** The real program; its workers end with it. */
async function startServer(upstream: string, workers: number) {
  const keys = Array.from({ length: 10 }, (_, index) => `AIzaSyBench${String(index).padStart(28, "0")}`);
  return await startChild("../../main.ts", [], {
    PORT: "0",
    HOST: "127.0.0.1",
    GEMINITRO_HOME: await Deno.makeTempDir({ prefix: "geminitro-bench-" }),
    GEMINI_API_URL: upstream,
    GEMINI_API_KEYS: keys.join(),
    MAX_CONCURRENT_REQUESTS_PER_KEY: "1000",
    LOG_LEVEL: "error",
    WORKERS: String(workers),
  });
}

async function compareDatabases(): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "geminitro-bench-" });
  await measure("file", `${home}/store.sqlite3`, home);
  const server = Deno.env.get("DENO_KV_URL");
  if (server === undefined) console.log("No DENO_KV_URL: no KV Connect server to compare with.");
  else await measure("KV Connect", server, home);
  await Deno.remove(home, { recursive: true });
}

/** Two processes on one database. */
async function measure(name: string, path: string, home: string): Promise<void> {
  const masterKey = "5e".repeat(32);
  await using writer = new StoreProcess(path, home, masterKey);
  await using reader = new StoreProcess(path, home, masterKey);
  await reader.ask({ do: "processes" });
  const heard: number[] = [];
  for (let turn = 0; turn < 15; turn++) {
    const { epoch } = await writer.ask<{ epoch: string }>({ do: "alias", name: `bench-${turn}` });
    heard.push((await reader.ask<{ ms: number }>({ do: "sees", epoch })).ms);
    await new Promise((resolve) => setTimeout(resolve, turn * 37));
  }
  const window = { name: `bench ${crypto.randomUUID()}`, limit: 1_000_000, expiresAt: Date.now() + 60_000 };
  const at = performance.now();
  await writer.ask({ do: "slices", count: 200, ...window });
  const share = (performance.now() - at) / 267;
  console.log(
    `${name}: a share is granted or returned in ${share.toFixed(1)} ms, a change is heard elsewhere after ` +
      `${median(heard).toFixed(0)} ms (at most ${Math.max(...heard).toFixed(0)} ms)`,
  );
}
