/**
 * How long the command line takes as a whole process: `--help`, and `key list` of 1,000 keys. Prints the best and the median
 * of several runs beside a bare Deno's; exit code 1 when a best run is beyond its limit (the median tells of the machine).
 *
 *     deno run -A bench/cli.ts [runs]
 *
 * @module
 */
import { openStore } from "../src/store/mod.ts";
import { systemPorts } from "../src/system/mod.ts";

const KEYS = 1_000;
const LIMITS_MS = { help: 250, list: 500 };
const runs = Number(Deno.args[0] ?? 7);
const home = await Deno.makeTempDir();
const root = new URL("..", import.meta.url).pathname;
const permissions = ["net", "env", "read", "write", "sys", "run"].map((name) => `--allow-${name}`);

const program = ["run", "--quiet", `--config=${root}deno.json`, ...permissions, `${root}cli.ts`];

async function time(args: readonly string[]): Promise<number> {
  const from = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { GEMINITRO_HOME: home, GEMINITRO_PROJECT: home, GEMINI_API_KEYS: "", GEMINITRO_KV: "" },
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`geminitro ${args.join(" ")} failed`);
  return performance.now() - from;
}

async function fill(): Promise<void> {
  const { clock, random, newId } = systemPorts();
  const path = `${home}/geminitro.sqlite3`;
  const store = await openStore({ path, home, clock, random, newId, announce: false });
  for (let serial = 0; serial < KEYS; serial++) {
    await store.credentials.add({ source: "api_key", key: `AIzaBENCH${String(serial).padStart(30, "0")}` });
  }
  await store.close();
}

async function measure(name: string, args: readonly string[], limit: number): Promise<boolean> {
  await time(args);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await time(args));
  times.sort((a, b) => a - b);
  const [best = 0, median = 0] = [times[0], times[Math.floor(times.length / 2)]];
  const ratio = (best / limit).toFixed(2);
  console.log(
    `${name}: best ${Math.round(best)} ms, median ${Math.round(median)} ms, ${ratio} of ${limit} ms`,
  );
  return best <= limit;
}

try {
  await fill();
  await measure("bare Deno", ["eval", "1"], LIMITS_MS.help);
  const help = await measure("--help", [...program, "--help"], LIMITS_MS.help);
  const list = await measure(`key list of ${KEYS} keys`, [...program, "key", "list"], LIMITS_MS.list);
  Deno.exitCode = help && list ? 0 : 1;
} finally {
  await Deno.remove(home, { recursive: true });
}
