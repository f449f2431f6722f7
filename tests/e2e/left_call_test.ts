import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, MODEL, TOKEN, until } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

function ask(t: UnderTest, signal: AbortSignal): Promise<Response> {
  return fetch(`${t.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Hello ".repeat(200) }],
    }),
    signal,
  });
}

/** The record of the only call, once it is there. */
async function onlyRecord(t: UnderTest) {
  const { ledger } = t.proxy.services;
  await until(async () => {
    await ledger.flush();
    return (await ledger.requests({}, { limit: 2 })).items.length === 1;
  });
  return (await ledger.requests({}, { limit: 2 })).items[0]!;
}

for (
  const { when, fault } of [
    { when: "in mid-stream", fault: { kind: "stall", after: 1, ms: 5_000 } },
    { when: "before the first event", fault: { kind: "hang_before_head" } },
  ] as const
) {
  Deno.test(`a client that leaves ${when} is recorded with the attempt that was under way`, async () => {
    await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
    t.simulator.control.fault({ ...fault, times: 1 });
    const leaving = new AbortController();
    const reply = await ask(t, leaving.signal);
    const reader = reply.body!.getReader();
    await reader.read();
    leaving.abort();
    await reader.read().catch(() => {});
    const record = await onlyRecord(t);
    assert.equal(record.outcome, "cancelled");
    assert.equal(record.status, 499);
    assert.deepEqual(record.attempts.map(({ failure }) => failure), ["client_gone"]);
    await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
    assertIdle(t);
  });
}
