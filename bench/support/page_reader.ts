/**
 * Reads what an open Overview reads, as often as the page does, until its input ends: the event stream, and on its events what the
 * page's islands show. Says `open`, then what came in.
 */
import { paced } from "../../components/live/resource.ts";

/** What islands/Overview.tsx reads again, on which events, and at most how often. */
const LIVE_READS = [
  {
    path: "/api/overview",
    events: ["request", "pool_update", "stats_update", "usage:cap-updated"],
    leastMs: 2_000,
  },
  { path: "/api/requests?limit=300", events: ["request"], leastMs: 10_000 },
  { path: "/api/stats", events: ["stats_update_full", "traffic_update", "request"], leastMs: 3_000 },
  { path: "/api/keys?order=worst&limit=10", events: ["stats_update", "pool_update"], leastMs: 3_000 },
];

const origin = Deno.args[0]!;
const headers = { authorization: "Bearer geminitro" };
const bytes = new Map<string, number>();
let readings = 0;

async function read(path: string): Promise<void> {
  const response = await fetch(origin + path, { headers: { ...headers, "accept-encoding": "gzip" } });
  const { byteLength } = await response.arrayBuffer();
  bytes.set(path, byteLength);
  readings++;
}

const paces = LIVE_READS.map(({ path, events, leastMs }) => ({
  events: new Set<string>(events),
  pace: paced(() => read(path), leastMs),
}));
await Promise.all(LIVE_READS.map(({ path }) => read(path)));
const stream = await fetch(`${origin}/api/events`, { headers });
const began = performance.now();
let streamed = 0;
console.log("open");
void (async () => {
  const decoder = new TextDecoder();
  for await (const chunk of stream.body!) {
    streamed += chunk.byteLength;
    for (const [, name] of decoder.decode(chunk).matchAll(/^event: (\S+)$/gm)) {
      for (const { events, pace } of paces) if (events.has(name!)) pace.poke();
    }
  }
})().catch(() => {});
for await (const _ of Deno.stdin.readable);
const seconds = (performance.now() - began) / 1_000;
const sizes = [...bytes].map(([path, size]) => `${path} ${(size / 1_024).toFixed(1)} KiB`).join(", ");
console.log(
  `event stream ${(streamed / 1_024 / seconds).toFixed(1)} KiB a second; ${
    (readings / seconds).toFixed(1)
  } readings a second: ${sizes}`,
);
for (const { pace } of paces) pace.stop();
Deno.exit(0);
