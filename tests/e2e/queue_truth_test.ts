import assert from "node:assert/strict";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, generateCalls, MODEL, type Told } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

/** Seconds of the proxy pass in this many milliseconds of the machine. */
const SPEED = 15;

function limited(rpm: number, env: Record<string, string> = {}) {
  const clock = fastClock(SPEED);
  return proxyUnderTest({
    env,
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { [MODEL]: { rpm } } }],
    simulator: { clock },
    ports: { clock },
  });
}

async function burst(t: UnderTest, calls: number): Promise<readonly Told[]> {
  return await Promise.all(
    Array.from({ length: calls }, (_, index) => ask(t, "chat", { text: `call ${index}` })),
  );
}

Deno.test("queue: a burst over the minute's limit is served when the window frees, with nobody else about", async () => {
  await using t = await limited(5);
  const told = await burst(t, 8);
  assert.deepEqual(
    told.map(({ status, text }) => status === 200 ? 200 : `${status} ${text}`),
    Array(8).fill(200),
  );
});

/** Google's refusal of the first call with a time of its own; everything after it is served. */
function refuseOnce(t: UnderTest, retryDelay: string): void {
  t.simulator.control.fault({
    kind: "status",
    status: 429,
    body: {
      code: 429,
      message: `You exceeded your current quota.\nPlease retry in ${retryDelay}.`,
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{
            quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
            quotaDimensions: { location: "global", model: MODEL },
            quotaValue: "10",
          }],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay },
      ],
    },
    match: { key: KEYS[0] },
  });
}

for (const earlier of [0, 1, 4]) {
  Deno.test(`queue: RetryInfo of 30 s is obeyed exactly, after ${earlier} earlier calls`, async () => {
    await using t = await limited(100);
    for (let call = 0; call < earlier; call++) await ask(t, "chat", { text: `earlier ${call}` });
    const before = generateCalls(t).length;
    refuseOnce(t, "30s");
    const told = await ask(t, "chat");
    assert.equal(told.status, 200, told.text);
    const [first, second, ...more] = generateCalls(t).slice(before);
    assert.equal(more.length, 0);
    const waited = second!.at - first!.at;
    assert.ok(waited >= 29_900 && waited < 36_000, `asked again after ${waited} ms`);
  });
}

Deno.test("queue: a call is held QUEUE_MAX_WAIT in sum at most, however often it fails meanwhile", async () => {
  await using t = await limited(100, { QUEUE_MAX_WAIT: "20000" });
  // Each try is refused and asked to come back in 8 s: the third would end beyond the limit.
  for (let times = 0; times < 10; times++) refuseOnce(t, "8s");
  const started = t.proxy.services.ports.clock.now();
  const told = await ask(t, "chat");
  const held = t.proxy.services.ports.clock.now() - started;
  assert.equal(told.status, 429, told.text);
  assert.ok(held < 24_000, `held ${held} ms`);
  const wait = Number(told.headers.get("retry-after"));
  assert.ok(wait > 0 && wait <= 9, `retry-after ${wait}`);
});
