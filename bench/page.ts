/**
 * What an open Overview costs the calls beside it: a proxy of 1,000 keys at 20 calls a second, in turns without and with a reader in
 * a process of its own that reads what the page reads, as often as the page does.
 *
 *     deno task bench:page [--keys 1000] [--rate 20] [--seconds 15] [--rounds 5] [--profile folder]
 */
import { parseArgs } from "@std/cli/parse-args";
import { cpuOf, startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { bodiesOf } from "./support/contestants.ts";
import { load } from "./support/load.ts";

const flags = parseArgs(Deno.args, {
  string: ["keys", "rate", "seconds", "rounds", "profile"],
  default: { keys: "1000", rate: "20", seconds: "15", rounds: "5", profile: "" },
});
const [rate, ms] = [Number(flags["rate"]), Number(flags["seconds"]) * 1_000];
const profile = String(flags["profile"]);

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using proxy = await startChild(
  "./geminitro_server.ts",
  [simulator.url.origin, String(flags["keys"])],
  profile === "" ? {} : { GEMINITRO_BENCH_PROFILE: profile },
);
const request = {
  host: proxy.url.hostname,
  port: Number(proxy.url.port),
  path: "/v1/chat/completions",
  headers: { "Content-Type": "application/json", "Authorization": "Bearer geminitro" },
  body: bodiesOf("hello", false).chat,
};
await load(request, 8, 5_000, rate);

interface Side {
  readonly p50: number[];
  readonly p90: number[];
  /** Milliseconds of processor time of the proxy in a second. */
  readonly cpu: number[];
}
const [without, open]: Side[] = [{ p50: [], p90: [], cpu: [] }, { p50: [], p90: [], cpu: [] }];
let failures = 0;

async function measure(side: Side): Promise<void> {
  const before = await cpuOf(proxy.pid) ?? NaN;
  const result = await load(request, 8, ms, rate);
  side.cpu.push((await cpuOf(proxy.pid) ?? NaN) - before);
  side.p50.push(result.p50);
  side.p90.push(result.p90);
  failures += result.failures;
}

let told = "";
for (let round = 0; round < Number(flags["rounds"]); round++) {
  await measure(without!);
  const reader = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("./support/page_reader.ts", import.meta.url).pathname,
      proxy.url.origin,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = reader.stdout.pipeThrough(new TextDecoderStream()).getReader();
  // It prints a line once the page is open.
  await output.read();
  await measure(open!);
  await reader.stdin.close();
  told = (await output.read()).value ?? "";
  await output.cancel();
  await reader.status;
}

const line = (name: string, { p50, p90, cpu }: Side) =>
  `${name.padEnd(14)} p50 ${median(p50).toFixed(2)} ms, p90 ${median(p90).toFixed(2)} ms, processor ${
    (median(cpu) / ms * 1_000).toFixed(0)
  } ms a second`;
console.log(`${flags["keys"]} keys, ${rate} calls/s; load average ${Deno.loadavg()[0]?.toFixed(1)}`);
console.log(line("without a page", without!));
console.log(line("Overview open", open!));
console.log(
  `p90 ${(median(open!.p90) / median(without!.p90)).toFixed(2)} times that without; failed: ${failures}`,
);
console.log(told.trim());
