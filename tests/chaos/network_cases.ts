import assert from "node:assert/strict";
import { systemPorts } from "../../src/system/mod.ts";
import type { ChaosCase } from "./chaos_case.ts";
import { ChaosBench, LONG, tally, untilServed } from "./chaos_bench.ts";
import { fastClock } from "../e2e/fast_clock.ts";
import { fullHost } from "./full_host.ts";

const delays: ChaosCase = {
  fault: "A slow network",
  made: "every piece is held for 150 ms, each way; 20 calls at once",
  async run() {
    await using bench = await ChaosBench.open();
    bench.link.faults.delayMs = 150;
    const heard = await bench.crowd(20);
    assert.deepEqual(tally(heard), { whole: 20, error: 0, broken: 0 });
    bench.link.faults.delayMs = 0;
    assert.ok((await bench.chat()).ms < 1_000);
    bench.assertIdle();
    return {
      client: "all replies, whole, later",
      kept: "20 of 20 whole, every slot free",
      heals: "with the network",
    };
  },
};

const resets: ChaosCase = {
  fault: "Connections reset",
  made: "every third connection is cut after 900 bytes of reply, 40 calls; then all are torn at once",
  async run() {
    await using bench = await ChaosBench.open({ ports: { clock: fastClock(20) } });
    Object.assign(bench.link.faults, { cutEvery: 3, cutAfter: 900 });
    const heard = await bench.crowd(40);
    const { whole, error, broken } = tally(heard);
    assert.equal(whole + error + broken, 40);
    assert.ok(whole > broken && broken > 0, `${whole} whole, ${error} errors, ${broken} broken`);
    bench.link.faults.cutEvery = 0;
    bench.link.tear();
    const after = await bench.crowd(10);
    assert.equal(tally(after).whole, 10);
    bench.assertIdle();
    return {
      client:
        "nothing when no text had been sent yet: it is tried again; after that an error in the stream, no `[DONE]`",
      kept: "none of 40 replies was cut and looked whole; every slot free",
      heals: "at once: the next 10 of 10 are whole on new connections",
    };
  },
};

const halfOpen: ChaosCase = {
  fault: "Half-open connections",
  made: "the network takes everything and passes nothing on, for kept and for new connections",
  async run() {
    await using bench = await ChaosBench.open({
      env: {
        TIMEOUT_READ_STREAMING: "400",
        TIMEOUT_CONNECT: "150",
        TIMEOUT_WRITE: "100",
        TIMEOUT_READ_NON_STREAMING: "150",
        QUEUE_MAX_WAIT: "500",
      },
    });
    assert.equal((await bench.chat()).status, 200);
    bench.link.faults.blackHole = true;
    const heard = await Promise.all([bench.chat("hello", true), bench.chat("hello", false)]);
    for (const { status, text, ms } of heard) {
      assert.ok(status === 504 || status === 503, text);
      if (status === 504) assert.match(text, /TIMEOUT_READ_(NON_)?STREAMING/);
      assert.ok(ms < 6_000, `${ms} ms`);
    }
    bench.link.faults.blackHole = false;
    bench.link.tear();
    await untilServed(bench, 8_000);
    bench.assertIdle();
    return {
      client:
        "504 that names TIMEOUT_READ_STREAMING or TIMEOUT_READ_NON_STREAMING, after the tries that these allow; 503 while the endpoint rests",
      kept: "every slot free",
      heals: "by itself within 8 s of the network's return",
    };
  },
};

const unreachable: ChaosCase = {
  fault: "A host that cannot be reached",
  made: "connections to it neither come about nor are refused; TIMEOUT_CONNECT is 400 ms",
  skip: Deno.build.os === "linux" ? undefined : "needs Linux",
  async run() {
    await using host = await fullHost();
    await using bench = await ChaosBench.open({
      env: { TIMEOUT_CONNECT: "400", GEMINI_API_URL: host.url },
    });
    const heard = await bench.chat("hello", true);
    assert.equal(heard.status, 504, heard.text);
    assert.match(heard.text, /TIMEOUT_CONNECT/);
    assert.ok(heard.ms < 5_000, `${heard.ms} ms`);
    bench.assertIdle();
    host.serve(bench.simulator.url);
    await untilServed(bench, 10_000);
    return {
      client: "504 that names TIMEOUT_CONNECT, long before the read timeout",
      kept: "every slot free; no key is blamed",
      heals: "by itself within 10 s of the host's return",
    };
  },
};

const noNames: ChaosCase = {
  fault: "Names do not resolve",
  made: "the upstream's name is unknown to the resolver, as in a train's tunnel",
  async run() {
    const { fetch: real } = systemPorts();
    let broken = false;
    await using bench = await ChaosBench.open({
      ports: {
        fetch: (input, init) => real(broken ? "http://no-such-host.invalid/" : input, init),
      },
    });
    broken = true;
    const heard = await bench.chat();
    assert.equal(heard.status, 502, heard.text);
    assert.match(heard.text, /Cannot reach Google/);
    assert.ok(heard.ms < 5_000, `${heard.ms} ms`);
    broken = false;
    await untilServed(bench, 8_000);
    bench.assertIdle();
    const states = bench.proxy.services.pool.view().credentials;
    assert.ok(states.every(({ cooldowns }) => cooldowns.length === 0), "a key was blamed");
    return {
      client: "502 `upstream_unreachable` within seconds",
      kept: "no key is blamed, every slot free",
      heals: "by itself within 8 s of the resolver's return",
    };
  },
};

const corrupt: ChaosCase = {
  fault: "Corrupt bytes",
  made: "1 % of the upstream's bytes are changed, HTTP's own too; 60 calls",
  async run() {
    await using bench = await ChaosBench.open({ ports: { clock: fastClock(20) } });
    bench.link.faults.corrupt = 0.01;
    const heard = await bench.crowd(60, LONG);
    // chat() has judged each: valid JSON, and either whole or an error that says so.
    assert.equal(heard.length, 60);
    const { error, broken } = tally(heard);
    assert.ok(error + broken > 0, "no corruption was noticed");
    bench.link.faults.corrupt = 0;
    bench.link.tear();
    await untilServed(bench, 8_000);
    assert.equal(tally(await bench.crowd(10)).whole, 10);
    bench.assertIdle();
    return {
      client: "every body is valid JSON or a valid stream: a reply, or an error in its dialect",
      kept: "60 of 60 calls end; changed letters inside a text cannot be seen (over TLS they cannot occur)",
      heals: "with the network: 10 of 10 are whole",
    };
  },
};

/** Simulated time runs this much faster. */
const SPEED = 200;

const down: ChaosCase = {
  fault: "Upstream down for ten minutes",
  made:
    `every connection is refused for 600 s of simulated time (${SPEED} times as fast), calls all the while`,
  async run() {
    const clock = fastClock(SPEED);
    await using bench = await ChaosBench.open({ ports: { clock }, env: { QUEUE_MAX_WAIT: "2000" } });
    assert.equal((await bench.chat()).status, 200);
    bench.link.faults.refuse = true;
    bench.link.tear();
    const downAt = clock.now();
    const statuses = new Set<number>();
    while (clock.now() - downAt < 600_000) {
      const { status, text } = await bench.chat();
      statuses.add(status);
      if (status === 503) assert.match(text, /cannot be reached.*Try again in \d+ s/);
    }
    assert.ok([...statuses].every((status) => status >= 500), [...statuses].join());
    bench.link.faults.refuse = false;
    const upAt = clock.now();
    while ((await bench.chat()).status !== 200) {
      assert.ok(clock.now() - upAt < 300_000, "not within 5 minutes");
    }
    const seconds = (clock.now() - upAt) / 1_000;
    const keys = await bench.proxy.services.store.credentials.list();
    assert.ok(keys.every(({ dead }) => dead === undefined));
    bench.assertIdle();
    assert.ok(seconds < 60, `served after ${seconds} s`);
    return {
      client: "502 or 503 with retry-after, quickly, in its dialect",
      kept: "no key is retired, every slot free",
      heals: "by itself: rests of an endpoint end after 12 s at most, and the next call finds the way open",
    };
  },
};

export const networkCases: readonly ChaosCase[] = [
  delays,
  resets,
  halfOpen,
  unreachable,
  noNames,
  corrupt,
  down,
];
