/**
 * Side by side in one run: the simulator alone, a bare pass-through of ten lines, and GemiNitro native, chat, responses and
 * messages, streamed and not. Rounds alternate between the contestants, so that a noisy machine disturbs all alike; what
 * counts is the ratio to the bare pass-through.
 *
 *     deno task bench [--seconds 2] [--rounds 5] [--connections 16]
 */
import { parseArgs } from "@std/cli/parse-args";
import { memoryOf, startChild } from "./support/child.ts";
import { load, type LoadRequest } from "./support/load.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections"],
  default: { seconds: "2", rounds: "5", connections: "16" },
});
const seconds = Number(flags["seconds"]);
const rounds = Number(flags["rounds"]);
const connections = Number(flags["connections"]);

const MODEL = "gemini-2.5-flash";
const PROMPT = "Explain in a few sentences what a reverse proxy does, and why one would pool keys behind it.";
const native = JSON.stringify({ contents: [{ role: "user", parts: [{ text: PROMPT }] }] });
const messages = [{ role: "user", content: PROMPT }];

interface Contestant {
  readonly name: string;
  readonly group: "whole" | "stream";
  readonly request: LoadRequest;
}

await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);

function contestant(
  name: string,
  group: Contestant["group"],
  url: URL,
  path: string,
  body: string,
): Contestant {
  const headers = {
    "Content-Type": "application/json",
    "Authorization": "Bearer geminitro",
    "x-goog-api-key": "geminitro",
  };
  return { name, group, request: { host: url.hostname, port: Number(url.port), path, headers, body } };
}

const generate = `/v1beta/models/${MODEL}:generateContent`;
const stream = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`;
const contestants = [
  contestant("simulator alone", "whole", simulator.url, generate, native),
  contestant("bare pass-through", "whole", bare.url, generate, native),
  contestant("native", "whole", proxy.url, generate, native),
  contestant("chat", "whole", proxy.url, "/v1/chat/completions", JSON.stringify({ model: MODEL, messages })),
  contestant(
    "responses",
    "whole",
    proxy.url,
    "/v1/responses",
    JSON.stringify({ model: MODEL, input: PROMPT, store: false }),
  ),
  contestant(
    "messages",
    "whole",
    proxy.url,
    "/v1/messages",
    JSON.stringify({ model: MODEL, messages, max_tokens: 1000 }),
  ),
  contestant("simulator alone", "stream", simulator.url, stream, native),
  contestant("bare pass-through", "stream", bare.url, stream, native),
  contestant("native", "stream", proxy.url, stream, native),
  contestant(
    "chat",
    "stream",
    proxy.url,
    "/v1/chat/completions",
    JSON.stringify({ model: MODEL, messages, stream: true }),
  ),
  contestant(
    "responses",
    "stream",
    proxy.url,
    "/v1/responses",
    JSON.stringify({ model: MODEL, input: PROMPT, store: false, stream: true }),
  ),
  contestant(
    "messages",
    "stream",
    proxy.url,
    "/v1/messages",
    JSON.stringify({ model: MODEL, messages, max_tokens: 1000, stream: true }),
  ),
];

const before = await memoryOf(proxy.pid);
const rates = new Map<Contestant, number[]>();
const latencies = new Map<Contestant, number[]>();
let failures = 0;
let requests = 0;
for (const one of contestants) await load(one.request, connections, 500);
for (let round = 0; round < rounds; round++) {
  for (const one of contestants) {
    const result = await load(one.request, connections, seconds * 1000);
    rates.set(one, [...rates.get(one) ?? [], result.rate]);
    latencies.set(one, [...latencies.get(one) ?? [], result.p50]);
    failures += result.failures;
    requests += result.requests;
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
for (const group of ["whole", "stream"] as const) {
  const mine = contestants.filter((one) => one.group === group);
  const reference = mine.find((one) => one.name === "bare pass-through")!;
  console.log(
    `\n${group === "whole" ? "Whole replies" : "Streams of 20 chunks"}, ${connections} connections`,
  );
  for (const one of mine) {
    // The ratio of each round by itself: a round that the machine disturbed disturbs both.
    const ratio = median(rates.get(one)!.map((rate, round) => rate / rates.get(reference)![round]!));
    const latency = median(
      latencies.get(one)!.map((value, round) => value / latencies.get(reference)![round]!),
    );
    console.log(
      `  ${one.name.padEnd(18)} ${median(rates.get(one)!).toFixed(0).padStart(6)}/s  ratio ${
        ratio.toFixed(2)
      }  latency ratio ${latency.toFixed(2)}`,
    );
  }
}
console.log(
  `\nRequests ${requests}, failed ${failures}; start to ready ${proxy.readyMs.toFixed(0)} ms; memory ${
    before?.toFixed(0)
  } -> ${(await memoryOf(proxy.pid))?.toFixed(0)} MiB`,
);
