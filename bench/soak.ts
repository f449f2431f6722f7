/**
 * Mixed traffic for a given time against the real program on a file database, with a few faults of the upstream: memory, open
 * handles, size of the database and latency over time, which all must be flat. `--write` puts the table into
 * docs/reliability.md.
 *
 *     deno task test:soak [--minutes 60] [--rate 20]
 */
import { parseArgs } from "@std/cli/parse-args";
import { replaceSection } from "../tests/chaos/report.ts";
import { serveSimulator } from "../src/sim/mod.ts";
import { cpuOf, memoryOf, startChild } from "./support/child.ts";
import { mixedTraffic } from "./support/mixed_traffic.ts";

const flags = parseArgs(Deno.args, {
  string: ["minutes", "rate"],
  boolean: ["write"],
  default: { minutes: "60", rate: "20", write: false },
});
const minutes = Number(flags["minutes"]);
/** Rows of the table. */
const SAMPLES = 12;

interface Sample {
  readonly minute: number;
  readonly memory: number;
  readonly handles: number;
  readonly database: number;
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuMs: number;
}

const home = await Deno.makeTempDir({ prefix: "geminitro-soak-" });
const keys = Array.from({ length: 10 }, (_, index) => `AIzaSySoak${String(index).padStart(29, "0")}`);
const simulator = serveSimulator({
  projects: keys.map((key, index) => ({ id: `soak-${index}`, keys: [key] })),
  latencyMs: 20,
  logLimit: 0,
  tearable: false,
});
const samples: Sample[] = [];
let unexpected = 0;
{
  await using server = await startChild("../../main.ts", [], {
    PORT: "0",
    HOST: "127.0.0.1",
    GEMINITRO_HOME: home,
    GEMINI_API_URL: simulator.url,
    GEMINI_API_KEYS: keys.join(),
    LOG_LEVEL: "error",
  });
  const traffic = mixedTraffic({ url: server.url.origin, rate: Number(flags["rate"]), simulator });
  const started = performance.now();
  let before = { calls: 0, cpu: await cpuOf(server.pid) ?? NaN };
  for (let turn = 1; turn <= SAMPLES; turn++) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, started + turn * minutes * 60_000 / SAMPLES - performance.now()))
    );
    const { calls, p50, p99 } = traffic.take();
    const cpu = await cpuOf(server.pid) ?? NaN;
    const sample = {
      minute: turn * minutes / SAMPLES,
      memory: await memoryOf(server.pid) ?? NaN,
      handles: [...Deno.readDirSync(`/proc/${server.pid}/fd`)].length,
      database: sizeOf(home),
      calls,
      p50,
      p99,
      cpuMs: (cpu - before.cpu) / Math.max(1, calls),
    };
    before = { calls, cpu };
    samples.push(sample);
    console.log(row(sample));
  }
  unexpected = await traffic.stop();
}
await simulator.close();
await Deno.remove(home, { recursive: true });

const text = report();
console.log(`\n${text}`);
if (flags["write"]) await replaceSection("soak", text);
Deno.exit(unexpected === 0 ? 0 : 1);

function sizeOf(folder: string): number {
  let size = 0;
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.isFile) size += Deno.statSync(`${folder}/${entry.name}`).size;
  }
  return size / 1024 / 1024;
}

function row({ minute, memory, handles, database, calls, p50, p99, cpuMs }: Sample): string {
  const cells = [
    minute.toFixed(minutes < SAMPLES ? 1 : 0),
    calls,
    memory.toFixed(0),
    handles,
    database.toFixed(1),
    p50.toFixed(0),
    p99.toFixed(0),
    cpuMs.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

function report(): string {
  const total = samples.reduce((sum, { calls }) => sum + calls, 0);
  const head = ["minute", "calls", "memory MiB", "handles", "data MiB", "p50 ms", "p99 ms", "cpu ms a call"];
  return [
    `${minutes} minutes, ${total} calls at ${
      flags["rate"]
    } a second: chat, messages, responses and native, whole and streamed, tools, ` +
    `clients that leave in mid-stream, bad requests, and 2 % faults of the upstream (503, 429, cut streams, empty replies). ` +
    `The upstream takes 20 ms for a head. Calls that ended otherwise than they should: ${unexpected}. Machine: ` +
    `${navigator.hardwareConcurrency} cores, load average ${Deno.loadavg()[1]?.toFixed(1)} at the end.`,
    "",
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---:").join(" | ")} |`,
    ...samples.map(row),
  ].join("\n");
}
