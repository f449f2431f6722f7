/** docs/security.md, "What a client can send": a fault of our own, wherever in a call it comes, ends that call alone. */
import assert from "node:assert/strict";
import { ask, askNative, assertIdle, DIALECT_NAMES, type Told, until } from "../e2e/calls.ts";
import { systemClock } from "../../src/system/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";

type Lane = readonly [name: string, ask: (t: UnderTest) => Promise<Told>];

const LANES: readonly Lane[] = [
  ...DIALECT_NAMES.flatMap((dialect) =>
    [false, true].map((stream): Lane => [
      `${dialect}${stream ? " streamed" : ""}`,
      (t) => ask(t, dialect, { stream }),
    ])
  ),
  ["native", (t) => askNative(t, "generateContent")],
  ["native streamed", (t) => askNative(t, "streamGenerateContent?alt=sse")],
];

/** A stack that leads through what serves calls. */
const IN_A_CALL = /\/src\/(?:http|relay)\/(?!deadlines)/;
/** What a limit on silence does when it ends runs beside the call: it reports faults itself (tests of deadlines.ts). */
const BY_A_TIMER = /\.#sweep \(.*\/src\/relay\/deadlines/;

/** Places in a call at which the time is asked for, at least: each is one at which our code can be made to fail. */
const LEAST_PLACES = 10;

Deno.test("a fault of our own at any place of any lane is logged once, frees key and slot, and the next call is served", async () => {
  let asked = 0;
  let failsAt = Infinity;
  const now = () => {
    const time = systemClock.now();
    if (failsAt === Infinity) return time;
    const fault = new Error("marked fault");
    // What runs in the background beside the call has an owner of its own.
    if (!IN_A_CALL.test(fault.stack ?? "") || BY_A_TIMER.test(fault.stack ?? "")) return time;
    if (++asked === failsAt) throw fault;
    return time;
  };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  using _ = { [Symbol.dispose]: () => void (Error.stackTraceLimit = stackTraceLimit) };
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "1" },
    ports: { clock: { ...systemClock, now } },
  });
  for (const [lane, call] of LANES) {
    let places = 0;
    for (let at = 1;; at++) {
      const before = t.log.length;
      asked = 0;
      failsAt = at;
      const told = await call(t);
      const thrown = asked >= at;
      failsAt = Infinity;
      if (!thrown) break;
      places++;
      const where = `${lane}, place ${at}: ${told.status} ${told.text.slice(-400)}`;
      const lines = t.log.slice(before).filter((line) => line.includes("marked fault"));
      assert.equal(lines.length, 1, `${where}\n${lines.join("\n")}`);
      // What comes when the answer is there is told in the log alone.
      if (told.status !== 200) {
        assert.equal(told.status, 500, where);
        assert.match(
          told.text,
          /"The proxy failed[^"]*: its log has the reason|its log has the reason under req_/,
          where,
        );
      }
      await until(() => t.proxy.services.calls.size === 0);
      assertIdle(t);
      assert.equal((await call(t)).status, 200, `${where}; the next call`);
    }
    assert.ok(places >= LEAST_PLACES, `${lane}: ${places} places`);
  }
});
