/** docs/security.md, "What an upstream can answer": a fault that comes as an event costs no more calls than one with a status. */
import assert from "node:assert/strict";
import { ask, askNative, DIALECT_NAMES, type Told } from "../e2e/calls.ts";
import { head, HostileUpstream } from "../support/hostile_upstream.ts";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";

const LANES: readonly (readonly [lane: string, ask: (t: UnderTest) => Promise<Told>])[] = [
  ...DIALECT_NAMES.map((dialect) => [dialect, (t: UnderTest) => ask(t, dialect, { stream: true })] as const),
  ["native", (t) => askNative(t, "streamGenerateContent?alt=sse")],
  ["native as an array", (t) => askNative(t, "streamGenerateContent")],
];

/** Statuses that an event may hold, with Google's word for it or one that nobody knows. */
const FAULTS: readonly (readonly [code: number, word: string])[] = [
  [503, "UNAVAILABLE"],
  [500, "INTERNAL"],
  [504, "DEADLINE_EXCEEDED"],
  [529, "OVERLOADED"],
  [429, "RESOURCE_EXHAUSTED"],
  [999, "ODD"],
];

/** How an error is in a stream. */
const DRESSES: readonly (readonly [dress: string, wear: (error: string) => string])[] = [
  ["an event", (error) => `data: ${error}\r\n\r\n`],
  ["an event with its name", (error) => `event: error\r\ndata: ${error}\r\n\r\n`],
  ["an event after comments", (error) => `: hello\r\n\r\ndata: ${error}\r\n\r\n`],
  ["raw JSON", (error) => `${error}\n`],
  ["a list", (error) => `[${error}]\n`],
  [
    "an event after usage",
    (error) => `data: {"usageMetadata":{"promptTokenCount":1}}\r\n\r\ndata: ${error}\r\n\r\n`,
  ],
];

/** Each fault as a plain event, and the first one in every dress. */
const CASES = FAULTS.flatMap((fault, index) =>
  (index === 0 ? DRESSES : DRESSES.slice(0, 1)).map((dress) => [fault, dress] as const)
);

Deno.test("upstream: a fault inside a stream, before its first word, costs a call for each key and at most two more", async () => {
  for (const [[code, status], [dress, wear]] of CASES) {
    const error = JSON.stringify({ error: { code, message: "No.", status } });
    await Promise.all(LANES.map(async ([lane, call]) => {
      // Each lane has a proxy of its own, which remembers nothing of the others' faults.
      await using upstream = new HostileUpstream(() => [head(200, "text/event-stream") + wear(error)]);
      await using t = await proxyUnderTest({ env: { GEMINI_API_URL: upstream.url, QUEUE_MAX_WAIT: "0" } });
      const told = await call(t);
      const what = `${code} as ${dress}, ${lane}: ${upstream.calls} calls, ${told.status}`;
      assert.ok(upstream.calls >= 1 && upstream.calls <= KEYS.length + 2, what);
      assert.match(told.text, /"error"|response\.failed/, `${what} ${told.text.slice(0, 300)}`);
      assert.ok(told.status !== 200 || told.text.includes("No."), `${what} ${told.text.slice(0, 300)}`);
    }));
  }
});
