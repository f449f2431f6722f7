/**
 * Many requests on one process, mixed native and chat, whole and streamed: resident memory after each tenth, and
 * when the process has rested: the runtime keeps room for short-lived objects while it is busy.
 *
 *     deno run -A bench/memory.ts [--requests 100000]
 */
import { parseArgs } from "@std/cli/parse-args";
import { HEAP_FLAG } from "../src/system/mod.ts";
import { memoryOf, startChild } from "./support/child.ts";
import { contestantsOf } from "./support/contestants.ts";
import { load } from "./support/load.ts";

const flags = parseArgs(Deno.args, { string: ["requests"], default: { requests: "100000" } });
const wanted = Number(flags["requests"]);

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin], {}, [HEAP_FLAG]);
const servers = { simulator, bare: simulator, proxy };
const mixture = [false, true].flatMap((stream) =>
  contestantsOf(servers, "memory", { stream }).filter(({ name }) => name === "native" || name === "chat")
);

console.log(`At start ${(await memoryOf(proxy.pid))?.toFixed(0)} MiB`);
let done = 0;
let failures = 0;
for (let next = wanted / 10; done < wanted;) {
  for (const { request } of mixture) {
    const result = await load(request, 16, 1_000);
    done += result.requests;
    failures += result.failures;
  }
  if (done < next) continue;
  next += wanted / 10;
  console.log(
    `${String(done).padStart(8)} requests  ${
      (await memoryOf(proxy.pid))?.toFixed(0)
    } MiB  failed ${failures}`,
  );
}

await new Promise((resolve) => setTimeout(resolve, 20_000));
console.log(`   after 20 s at rest  ${(await memoryOf(proxy.pid))?.toFixed(0)} MiB`);
