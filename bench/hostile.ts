/**
 * An agent that behaves, alone and then beside hostile upstreams (50 calls at a time with hostile answers) and 50 hostile
 * clients: its p99, the program's memory, and whether anything exited. Ends a minute after its time at the latest and says
 * what it was doing then.
 *
 *     deno task bench:hostile [--minutes 1] [--upstream 5] [--clients "asked for hostile answers"] [--run=--preload=probe.ts]
 *
 * `--upstream` has every hostile call answered by one hostility (its place in hostile_front.ts), `--clients` runs one kind of
 * client alone, `--run` adds a flag to the server's `deno run`: to find which one costs what.
 */
import { parseArgs } from "@std/cli/parse-args";
import { HEAP_FLAG } from "../src/system/mod.ts";
import { memoryOf, startChild } from "./support/child.ts";

const flags = parseArgs(Deno.args, {
  string: ["minutes", "upstream", "clients", "run"],
  collect: ["run"],
  default: { minutes: "1" },
});
const seconds = Math.max(10, Number(flags["minutes"]) * 60);
const TOKEN = "a-token-of-the-benchmark";
const KEYS = 50;
/** What is held to be well: the agent's p99 beside as a multiple of alone, and memory in MiB. */
const MOST_RATIO = 3;
const MOST_MEMORY = 400;
/** What is beside the attack: getting warm, alone, its last calls, afterwards. */
const MOST_BESIDE_MS = 60_000;
/** The longest that a call of the agent's may take. */
const PATIENCE_MS = 20_000;

interface Agent {
  readonly times: number[];
  readonly failures: string[];
}

/** One call after another until the time is over, each streamed and checked to be whole. */
async function agent(url: string, ms: number): Promise<Agent> {
  const told: Agent = { times: [], failures: [] };
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const started = performance.now();
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({
          model: "gemini-2.5-flash",
          stream: true,
          messages: [{ role: "user", content: "hello" }],
        }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      if (response.status === 200 && text.includes("word 9") && text.includes("[DONE]")) {
        told.times.push(performance.now() - started);
      } else told.failures.push(`${response.status} ${text.slice(0, 300)}`);
    } catch (cause) {
      told.failures.push(String(cause));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return told;
}

function quantile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function alive(pid: number): boolean {
  try {
    // A child that has ended is a zombie until it is waited for.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** Aborted when the time for everything is over. */
const late = new AbortController();
let doing = "starting";

/** Hostile clients in a process of their own; what they did, by its kind. */
async function hostileClients(url: string): Promise<string> {
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("support/hostile_clients.ts", import.meta.url).pathname,
      url,
      TOKEN,
      String(seconds),
      ...(flags["clients"] === undefined ? [] : [flags["clients"]]),
    ],
    stderr: "inherit",
    signal: late.signal,
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout).trim() : `ended with ${code}`;
}

const home = await Deno.makeTempDir({ prefix: "geminitro-hostile-" });
let well = false;
{
  await using front = await startChild(
    "hostile_front.ts",
    flags["upstream"] === undefined ? [] : [flags["upstream"]],
  );
  await using server = await startChild("../../main.ts", [], {
    PORT: "0",
    HOST: "127.0.0.1",
    GEMINITRO_HOME: home,
    GEMINI_API_URL: front.url.origin,
    GEMINI_API_KEYS: Array.from({ length: KEYS }, (_, key) => `AIzaSyHostile${String(key).padStart(26, "0")}`)
      .join(),
    PROXY_API_KEY: TOKEN,
    LOG_LEVEL: "error",
  }, [...(flags["run"].some((flag) => flag.startsWith("--v8-flags")) ? [] : [HEAP_FLAG]), ...flags["run"]]);
  const limit = setTimeout(async () => {
    console.error(`not over a minute after its time: ${doing}`);
    late.abort();
    await Promise.all([server[Symbol.asyncDispose](), front[Symbol.asyncDispose]()]);
    Deno.exit(1);
  }, seconds * 1_000 + MOST_BESIDE_MS);
  const url = server.url.origin;
  doing = "the agent alone";
  await agent(url, 5_000);
  const alone = await agent(url, Math.min(20_000, seconds * 1_000));
  doing = "the agent beside hostile ones";
  const before = await memoryOf(server.pid) ?? NaN;
  let most = before;
  const watch = setInterval(async () => most = Math.max(most, await memoryOf(server.pid) ?? 0), 500);
  const clients = hostileClients(url);
  const beside = await agent(url, seconds * 1_000);
  doing = "hostile clients that do not end";
  console.log(await clients);
  clearInterval(watch);
  doing = "the agent afterwards";
  const after = await agent(url, 10_000);
  clearTimeout(limit);
  const rest = await memoryOf(server.pid) ?? NaN;
  for (const [name, { times, failures }] of Object.entries({ alone, beside, after })) {
    console.log(
      `${name}: ${times.length} calls, p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${
        quantile(times, 0.99).toFixed(0)
      } ms, most ${Math.max(...times).toFixed(0)} ms; ${failures.length} failed ${
        [...new Set(failures)].slice(0, 3)
      }`,
    );
  }
  const ratio = quantile(beside.times, 0.99) / quantile(alone.times, 0.99);
  const exited = !alive(server.pid);
  const failed = beside.failures.length + after.failures.length;
  console.log(`p99 beside / alone: ${ratio.toFixed(1)} (at most ${MOST_RATIO})`);
  console.log(
    `memory: ${before.toFixed(0)} MiB before, ${most.toFixed(0)} at most, ${
      rest.toFixed(0)
    } after (at most ${MOST_MEMORY})`,
  );
  console.log(`exited: ${exited ? "yes" : "no"}; load average ${Deno.loadavg()[0]?.toFixed(1)}`);
  well = ratio <= MOST_RATIO && most <= MOST_MEMORY && !exited && failed === 0;
}
await Deno.remove(home, { recursive: true });
Deno.exit(well ? 0 : 1);
