/**
 * Reads what an open Overview reads, as often as the page does, until its input ends: the event stream, and on its events what the
 * page's islands show. Says `open`, then what came in.
 */
import { OVERVIEW_READS } from "../../components/overview/read_overview.ts";
import { paced } from "../../components/shared/live/resource.ts";
import { createClient } from "../../src/management/client.ts";

const origin = Deno.args[0]!;
const token = "geminitro";
const bytes = new Map<string, number>();
let readings = 0;

const client = createClient({
  base: origin,
  token,
  async fetch(url, init) {
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    bytes.set(url.slice(origin.length), body.byteLength);
    readings++;
    return new Response(body, response);
  },
});

const reads = Object.values(OVERVIEW_READS).map(({ load, events, leastMs, ...rest }) => {
  const pace = paced(async () => void await load(client), leastMs);
  const timer = "everyMs" in rest && rest.everyMs !== undefined
    ? setInterval(pace.poke, rest.everyMs)
    : undefined;
  return { events: new Set<string>(events), pace, timer };
});
await Promise.all(Object.values(OVERVIEW_READS).map(({ load }) => load(client)));
const opened = [...bytes].map(([path, size]) => `${path} ${(size / 1_024).toFixed(1)} KiB`).join(", ");
readings = 0;
const stream = await fetch(`${origin}/api/events`, { headers: { authorization: `Bearer ${token}` } });
const began = performance.now();
let streamed = 0;
console.log("open");
void (async () => {
  const decoder = new TextDecoder();
  for await (const chunk of stream.body!) {
    streamed += chunk.byteLength;
    for (const [, name] of decoder.decode(chunk).matchAll(/^event: (\S+)$/gm)) {
      for (const { events, pace } of reads) if (events.has(name!)) pace.poke();
    }
  }
})().catch(() => {});
for await (const _ of Deno.stdin.readable);
const seconds = (performance.now() - began) / 1_000;
console.log(
  `event stream ${(streamed / 1_024 / seconds).toFixed(1)} KiB a second; ${
    (readings / seconds).toFixed(1)
  } readings a second; at its opening: ${opened}`,
);
for (const { pace, timer } of reads) {
  clearInterval(timer);
  pace.stop();
}
Deno.exit(0);
