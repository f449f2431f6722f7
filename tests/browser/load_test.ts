import assert from "node:assert/strict";
import type { CDPSession, Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
const A_SECOND = 1_000;
const STEP_MS = 10;

/** Tells the pages of calls as the ledger does, `perSecond` of them, evenly. */
async function tell(server: DashboardUnderTest, perSecond: number, seconds: number): Promise<number> {
  const { ledger } = server.proxy().rooms;
  const started = performance.now();
  let told = 0;
  while (performance.now() - started < seconds * 1_000) {
    const due = Math.floor((performance.now() - started) / 1_000 * perSecond);
    for (; told < due; told++) {
      ledger.publish("request", {
        id: `load_${told}`,
        at: Date.now() - 12,
        model: "gemini-2.5-flash",
        agent: "load/1.0",
        outcome: "ok",
        status: 200,
        totalMs: 12,
        tokens: 40,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  return told;
}

/** Collects the time between frames while `task` runs, in milliseconds, sorted. */
async function frames(page: Page, task: () => Promise<unknown>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const deltas: number[] = [];
    let last = performance.now();
    const frame = (now: number) => {
      deltas.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(globalThis, { deltas });
  });
  await task();
  const deltas = await page.evaluate(() => (globalThis as unknown as { deltas: number[] }).deltas);
  return deltas.slice(2).sort((a, b) => a - b);
}

/** Bytes that the page's script holds on to. */
async function heap(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

browserTest(
  "a thousand events a second leave the page at its frames and its memory flat",
  async (browser) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { page, problems } = await ownerPage(browser, server.url);
    await page.locator("[data-connection=live]").waitFor();
    const session = await page.context().newCDPSession(page);
    await tell(server, A_SECOND, 1);
    const before = await heap(session);
    let told = 0;
    const deltas = await frames(page, async () => told = await tell(server, A_SECOND, 4));
    const after = await heap(session);
    const at = (share: number) => deltas[Math.floor(deltas.length * share)] ?? Infinity;
    console.log(
      `${told} events: frames every ${at(0.5).toFixed(1)} ms (95 %: ${at(0.95).toFixed(1)}), heap ${
        (before / 1e6).toFixed(2)
      } -> ${(after / 1e6).toFixed(2)} MB`,
    );
    assert.ok(told >= 3_500, `only ${told} events were told`);
    await page.getByRole("img", { name: /[1-9],?\d{3,} answered/ }).waitFor();
    assert.ok(at(0.5) < 20, `a frame takes ${at(0.5)} ms`);
    assert.ok(after - before < 1_500_000, `the page grew by ${after - before} bytes`);
    assert.deepEqual(problems, []);
  },
);

browserTest("the first paint comes within 300 ms", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  const { page } = await ownerPage(browser, server.url);
  const paints: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await open(page, `${server.url}/dashboard`);
    const [paint] = await page.evaluate(() =>
      performance.getEntriesByName("first-contentful-paint").map(({ startTime }) => startTime)
    );
    paints.push(paint ?? Infinity);
  }
  const best = Math.min(...paints);
  console.log(`first contentful paint: ${paints.map((paint) => paint.toFixed(0)).join(", ")} ms`);
  assert.ok(best <= 300, `the first paint takes ${best} ms`);
});
