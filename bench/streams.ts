/**
 * Many streams at once: how much later than a bare pass-through each chunk reaches the client. Chunks carry the time at
 * which the upstream sent them; what a proxy adds is the difference of the delays.
 *
 *     deno run -A bench/streams.ts [--streams 512] [--chunks 200] [--every 250]
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Child, cpuOf, startChild } from "./support/child.ts";
import { bodiesOf, MODEL } from "./support/contestants.ts";

const flags = parseArgs(Deno.args, {
  string: ["streams", "chunks", "every"],
  default: { streams: "512", chunks: "200", every: "250" },
});
const streams = Number(flags["streams"]);
const chunks = Number(flags["chunks"]);
const every = Number(flags["every"]);

await using upstream = await startChild("./paced_server.ts", [String(chunks), String(every)]);
await using bare = await startChild("./bare_server.ts", [upstream.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [upstream.url.origin]);

const bodies = bodiesOf("Count.", true);
const native = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
const decoder = new TextDecoder();
/** A stamp in a delta; Responses tells the whole text again at its end, and that does not count. */
const STAMP_REGEXP = /"(?:text|content|delta)":\s*"<(\d+\.?\d*)> "/g;

/** Milliseconds from upstream to client of every chunk of one stream; the clocks of one machine agree. */
async function readOne(server: Child, path: string, body: string, delays: number[]): Promise<number> {
  const response = await fetch(new URL(path, server.url), {
    method: "POST",
    headers: { "content-type": "application/json", "authorization": "Bearer geminitro" },
    body,
  });
  let seen = 0;
  for await (const piece of response.body!) {
    const now = performance.timeOrigin + performance.now();
    for (const [, at] of decoder.decode(piece).matchAll(STAMP_REGEXP)) {
      // The first tenth is left out: opening hundreds of streams at once is another question.
      if (++seen > chunks / 10) delays.push(now - Number(at));
    }
  }
  return seen;
}

async function measure(name: string, server: Child, path: string, body: string) {
  const delays: number[] = [];
  const before = await cpuOf(server.pid);
  const counts = await Promise.all(
    Array.from({ length: streams }, () => readOne(server, path, body, delays)),
  );
  const cpu = ((await cpuOf(server.pid)) ?? NaN) - (before ?? NaN);
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor((delays.length - 1) * share)] ?? NaN;
  const whole = counts.filter((count) => count === chunks).length;
  console.log(
    `  ${name.padEnd(18)} ${whole}/${streams} whole  delay p50 ${at(0.5).toFixed(1)} ms  p99 ${
      at(0.99).toFixed(1)
    } ms  cpu ${(cpu * 1000 / delays.length).toFixed(1)} us a chunk`,
  );
  return { p50: at(0.5), p99: at(0.99) };
}

console.log(`\n${streams} streams of ${chunks} chunks, one every ${every} ms`);
const reference = await measure("bare pass-through", bare, native, bodies.native);
for (
  const [name, path, body] of [
    ["native", native, bodies.native],
    ["chat", "/v1/chat/completions", bodies.chat],
    ["responses", "/v1/responses", bodies.responses],
    ["messages", "/v1/messages", bodies.messages],
  ] as const
) {
  const { p50, p99 } = await measure(name, proxy, path, body);
  console.log(
    `  ${"".padEnd(18)} added: p50 ${(p50 - reference.p50).toFixed(1)} ms, p99 ${
      (p99 - reference.p99).toFixed(1)
    } ms`,
  );
}
