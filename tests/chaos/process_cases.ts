import assert from "node:assert/strict";
import { KEYS } from "../support/proxy_under_test.ts";
import { ServedProcess } from "../support/served_process.ts";
import type { ChaosCase } from "./chaos_case.ts";

const PRO = "gemini-2.5-pro";
const HEADERS = { authorization: "Bearer geminitro", "content-type": "application/json" };

interface Tally {
  whole: number;
  errors: number;
  cut: number;
}

/** Calls without end, every second one streamed, until the server is gone; counts how they ended. */
async function caller(served: ServedProcess, tally: Tally, serial: number): Promise<void> {
  for (let turn = 0;; turn++) {
    const stream = (turn + serial) % 2 === 0;
    const content = `say exactly: ${"words of an answer ".repeat(20)} ${serial} ${turn}`;
    const body = JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content }], stream });
    let text: string;
    try {
      const response = await fetch(`${served.url}/v1/chat/completions`, {
        method: "POST",
        headers: HEADERS,
        body,
      });
      text = await response.text();
      if (response.status !== 200) {
        tally.errors++;
        continue;
      }
    } catch {
      // Cut off or refused: the client sees that, and that is what matters.
      tally.cut++;
      return;
    }
    const whole = stream
      ? text.includes("data: [DONE]") && text.includes(`${serial} ${turn}`.split(" ").at(-1) ?? "")
      : JSON.parse(text).choices[0].finish_reason === "stop";
    assert.ok(whole, `a reply looks whole and is not: ${text.slice(-200)}`);
    tally.whole++;
  }
}

async function askPro(served: ServedProcess): Promise<number> {
  const body = JSON.stringify({ model: PRO, messages: [{ role: "user", content: "hello" }] });
  const response = await fetch(`${served.url}/v1/chat/completions`, {
    method: "POST",
    headers: HEADERS,
    body,
  });
  await response.text();
  return response.status;
}

async function requestsCounted(served: ServedProcess): Promise<number> {
  return (await served.api<{ totalRequests: number }>("/api/stats")).totalRequests;
}

const kill9: ChaosCase = {
  fault: "kill -9 under load",
  made: "the program is killed while 12 clients call, and started again on its database",
  async run() {
    await using served = await ServedProcess.open({
      env: { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "50" },
    });
    for (const [index] of KEYS.entries()) {
      served.simulator.control.limits(`project-${index + 1}`, PRO, { rpd: 1 });
    }
    for (let call = 0; call < 2; call++) assert.equal(await askPro(served), 200);
    assert.equal(await askPro(served), 429);
    const tally: Tally = { whole: 0, errors: 0, cut: 0 };
    const callers = Array.from({ length: 12 }, (_, serial) => caller(served, tally, serial));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await served.kill();
    await Promise.all(callers);
    assert.equal(tally.errors, 0);
    assert.ok(tally.whole > 20, `${tally.whole} calls`);

    await served.start();
    const { status, ms } = await served.ask();
    assert.equal(status, 200);
    assert.ok(ms < 1_500, `the first call took ${ms} ms`);
    const before = served.simulator.log.length;
    assert.equal(await askPro(served), 429, "the day's limit is known still");
    assert.equal(served.simulator.log.length, before, "nobody was asked for it");
    assert.equal((await served.api<unknown[]>("/api/keys/safe")).length, KEYS.length);
    const counted = await requestsCounted(served);
    assert.ok(counted >= tally.whole * 0.8, `${counted} of ${tally.whole} calls are counted`);
    return {
      client: "a connection that is cut; no reply that is cut looks whole",
      kept: "keys, cooldowns and counts, but for what was done in the last second",
      heals: "the first call after the start is answered at once",
    };
  },
};

/** Handles that the program may have. */
const HANDLES = 100;

const noHandles: ChaosCase = {
  fault: "Out of file handles",
  made: `the program may have ${HANDLES} handles, and 200 clients connect and stay`,
  skip: Deno.build.os === "windows" ? "needs ulimit" : undefined,
  async run() {
    const limit = `ulimit -n ${HANDLES}; exec "$@"`;
    await using served = await ServedProcess.open({ before: ["sh", "-c", limit, "sh"] });
    assert.equal((await served.ask()).status, 200);
    const open: Deno.TcpConn[] = [];
    const port = Number(new URL(served.url).port);
    let refused = 0;
    for (let index = 0; index < 200; index++) {
      await Deno.connect({ hostname: "127.0.0.1", port }).then((one) => open.push(one), () => refused++);
    }
    assert.ok(refused > 0 || open.length > HANDLES, "there was no lack");
    for (const connection of open) connection.close();
    const started = performance.now();
    let status = 0;
    while (status !== 200) {
      assert.ok(
        performance.now() - started < 15_000,
        `not served again: ${status} ${served.said.slice(-500)}`,
      );
      status = await served.ask("hello", AbortSignal.timeout(3_000)).then((one) => one.status, () => 0);
    }
    assert.equal(await served.stop(), 0, "it ran on");
    return {
      client: "connections are cut or refused while there are none",
      kept: "the program runs on, with its keys, cooldowns and counts",
      heals: "it listens again by itself within seconds",
    };
  },
};

export const processCases: readonly ChaosCase[] = [kill9, noHandles];
