import { type Child, cpuOf, startChild } from "./child.ts";
import { median } from "./compare.ts";
import { bodiesOf } from "./contestants.ts";
import { load, type LoadRequest } from "./load.ts";

export interface WorkerOptions {
  readonly rounds: number;
  /** Length of a round in milliseconds. */
  readonly ms: number;
  readonly connections: number;
}

/** WORKERS=1 beside WORKERS=2: medians of all rounds. */
export interface WorkerCosts {
  /** Calls a second with one process and with two. */
  readonly rates: readonly [number, number];
  /** Milliseconds of processor time of all processes for a call. */
  readonly costs: readonly [number, number];
  readonly failures: number;
}

interface Side {
  readonly server: Child;
  readonly rates: number[];
  readonly costs: number[];
}

/** Chat calls to the real program with one process and with two, in turns. */
export async function workerCosts(upstream: URL, options: WorkerOptions): Promise<WorkerCosts> {
  const { rounds, ms, connections } = options;
  await using one = await startServer(upstream.origin, 1);
  await using two = await startServer(upstream.origin, 2);
  // The second process joins, and both make room for each other.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const sides: Side[] = [one, two].map((server) => ({ server, rates: [], costs: [] }));
  let failures = 0;
  for (const { server } of sides) await load(chatTo(server.url), connections, 1_000);
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const before = await cpuOfAll(side.server.pid);
      const result = await load(chatTo(side.server.url), connections, ms);
      side.rates.push(result.rate);
      side.costs.push((await cpuOfAll(side.server.pid) - before) / result.requests);
      failures += result.failures;
    }
  }
  const [first, second] = sides as [Side, Side];
  return {
    rates: [median(first.rates), median(second.rates)],
    costs: [median(first.costs), median(second.costs)],
    failures,
  };
}

function chatTo(url: URL): LoadRequest {
  return {
    host: url.hostname,
    port: Number(url.port),
    path: "/v1/chat/completions",
    headers: { "Content-Type": "application/json", "Authorization": "Bearer geminitro" },
    body: bodiesOf("hello", false).chat,
  };
}

/** Processor time of a server and its workers. */
async function cpuOfAll(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const pids = [pid, ...text.trim().split(" ").filter((word) => word !== "").map(Number)];
  const times = await Promise.all(pids.map((one) => cpuOf(one)));
  return times.reduce<number>((sum, time) => sum + (time ?? NaN), 0);
}

/** The real program; its workers end with it. */
async function startServer(upstream: string, workers: number): Promise<Child> {
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
