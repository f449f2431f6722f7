import assert from "node:assert/strict";
import { createSystemClock } from "../../src/system/mod.ts";
import { KEYS } from "../support/proxy_under_test.ts";
import type { ChaosCase } from "./chaos_case.ts";
import { ChaosBench, LONG } from "./chaos_bench.ts";

const HOUR = 3_600_000;

/** The program's own clock over a wall clock that somebody sets. */
function setClock() {
  const wall = { ahead: 0 };
  const clock = createSystemClock(() => Date.now() + wall.ahead, () => performance.now());
  return { wall, clock };
}

const jumps: ChaosCase = {
  fault: "The clock jumps",
  made: "it is set two hours forward and three hours back while calls are under way",
  async run() {
    const { wall, clock } = setClock();
    await using bench = await ChaosBench.open({ ports: { clock } });
    bench.simulator.control.fault({ kind: "slow", ms: 30, times: 4 });
    const calls = [bench.chat(LONG, true), bench.chat(LONG, true)];
    await new Promise((resolve) => setTimeout(resolve, 100));
    wall.ahead = 2 * HOUR;
    calls.push(bench.chat(LONG, true), bench.chat(LONG, true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    wall.ahead = -HOUR;
    for (const { kind, text } of await Promise.all(calls)) assert.equal(kind, "whole", text.slice(-300));
    for (let call = 0; call < 10; call++) assert.equal((await bench.chat()).status, 200);
    bench.assertIdle();
    return {
      client: "nothing: calls under way go on, new ones are served",
      kept: "all calls end whole, every slot free",
      heals: "at once",
    };
  },
};

const limits: ChaosCase = {
  fault: "The clock is set back while a limit is known",
  made: "a minute's limit is met, then the clock is set back by two hours",
  async run() {
    const { wall, clock } = setClock();
    wall.ahead = 2 * HOUR;
    await using bench = await ChaosBench.open({
      ports: { clock },
      env: { QUEUE_MAX_WAIT: "0" },
      projects: [{ id: "p1", keys: [KEYS[0]], limits: { "*": { rpm: 3 } } }],
    });
    for (let call = 0; call < 3; call++) assert.equal((await bench.chat()).status, 200);
    const refused = await bench.chat();
    assert.equal(refused.status, 429);
    wall.ahead = 0;
    bench.simulator.control.limits("p1", "*", undefined);
    const after = await bench.chat();
    assert.equal(after.status, 429);
    const wait = Number(after.headers.get("retry-after"));
    assert.ok(wait > 0 && wait <= 68, `retry-after ${wait} s`);
    return {
      client: "429 with a retry-after of about a minute, as without the jump",
      kept: "the limit is still kept",
      heals: "when its minute is over",
    };
  },
};

export const clockCases: readonly ChaosCase[] = [jumps, limits];
