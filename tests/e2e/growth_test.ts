import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, assertIdle, DIALECT_NAMES } from "./calls.ts";

const AT_ONCE = 16;
const REQUESTS = 5_000;
/** What records, sessions and compiled code may take on top of what is there after the first thousand requests. */
const SLACK_BYTES = 8 * 1024 * 1024;

/** Bytes in use after everything that nobody holds is gone. */
function inUse(): number {
  v8.setFlagsFromString("--expose-gc");
  (vm.runInNewContext("gc") as () => void)();
  return Deno.memoryUsage().heapUsed;
}

/** A mixture of everything: dialects, streams, native, failures. */
async function one(t: UnderTest, index: number): Promise<void> {
  const text = `conversation ${index}`;
  const kind = index % 8;
  if (kind < 6) {
    await ask(t, DIALECT_NAMES[kind % 3]!, { stream: kind >= 3, text });
  } else if (kind === 6) await askNative(t, "streamGenerateContent?alt=sse");
  else await ask(t, "chat", { text, more: { temperature: "hot" } });
}

async function many(t: UnderTest, from: number, count: number): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < from + count) await one(t, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

Deno.test("5,000 requests leave no growth, no slot and no timer behind", async () => {
  await using t = await proxyUnderTest({
    env: { LOG_LEVEL: "error", MAX_CONCURRENT_REQUESTS_PER_KEY: "50" },
    simulator: { logLimit: 0, quota: false, validate: false },
  });
  await many(t, 0, 1_000);
  const before = inUse();
  await many(t, 1_000, REQUESTS - 1_000);
  // The sanitizers see to timers and sockets when the proxy closes.
  assertIdle(t);
  const grown = inUse() - before;
  assert.ok(grown < SLACK_BYTES, `the heap grew by ${Math.round(grown / 1024 / 1024)} MB`);
});
