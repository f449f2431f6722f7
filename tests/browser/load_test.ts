import assert from "node:assert/strict";
import type { CDPSession, Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
const EVENTS = 4_000;
/** As many as the stream carries in one go. */
const AT_ONCE = 10;

/** Tells the pages of calls as the ledger does, in as many turns as the events of four seconds need. */
async function tell(server: DashboardUnderTest, events: number): Promise<void> {
  const { ledger } = server.proxy().services;
  for (let told = 0; told < events; told++) {
    ledger.publish("request", {
      id: `load_${told}`,
      at: Date.now() - 12,
      model: "gemini-2.5-flash",
      agent: "load/1.0",
      outcome: "ok",
      status: 200,
      totalMs: 12,
      tokens: 40,
      attempts: [],
    });
    if (told % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How often the page was changed while `task` ran: what changes between two turns of its script counts once. */
async function changes(page: Page, task: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => {
    const counted = { changes: 0 };
    new MutationObserver(() => counted.changes++).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    Object.assign(globalThis, { counted });
  });
  await task();
  return await page.evaluate(() =>
    (globalThis as unknown as { counted: { changes: number } }).counted.changes
  );
}

/** Bytes that the page's script holds on to. */
async function heap(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

browserTest(
  "a thousand events a second are drawn together, and the page's memory stays flat",
  async (browser) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { page, problems } = await ownerPage(browser, server.url);
    await page.locator("[data-connection=live]").waitFor();
    const session = await page.context().newCDPSession(page);
    await tell(server, EVENTS / 4);
    const before = await heap(session);
    const drawn = await changes(page, async () => {
      await tell(server, EVENTS);
      await page.getByRole("img", { name: /[1-9],?\d{3,} answered/ }).waitFor();
    });
    const after = await heap(session);
    console.log(`${EVENTS} events: ${drawn} changes, ${((after - before) / 1e6).toFixed(2)} MB more`);
    assert.ok(drawn > 0 && drawn <= EVENTS / 10, `${EVENTS} events changed the page ${drawn} times`);
    assert.ok(after - before < 1_500_000, `the page grew by ${after - before} bytes`);
    assert.deepEqual(problems, []);
  },
);

/** When the first content of a page is painted, in milliseconds. */
async function firstPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const paint = await page.waitForFunction(() =>
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime
  );
  return await paint.jsonValue() ?? Infinity;
}

/** Paints in pairs, at least and at most: a busy machine disturbs many, and a page that waits for its script is slow in all. */
const [LEAST_PAIRS, MOST_PAIRS] = [3, 20];

browserTest("the first paint waits for little more than that of a page without script", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  const { page } = await ownerPage(browser, server.url);
  const stranger = await browser.newPage();
  let [plain, full] = [Infinity, Infinity];
  const holds = () => full <= 3 * plain + 200;
  for (let pair = 0; pair < LEAST_PAIRS || (pair < MOST_PAIRS && !holds()); pair++) {
    plain = Math.min(plain, await firstPaint(stranger, `${server.url}/dashboard/login`));
    full = Math.min(full, await firstPaint(page, `${server.url}/dashboard`));
  }
  console.log(`first contentful paint: ${full.toFixed(0)} ms, of a plain page ${plain.toFixed(0)} ms`);
  assert.ok(holds(), `the first paint takes ${full} ms, that of a plain page ${plain} ms`);
});

const MOST_BYTES = 250 * 1_024;

/** What a page loads with an empty cache until it is live: bytes over the wire, by address; without the stream of events. */
async function transferred(page: Page, url: string): Promise<ReadonlyMap<string, number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  const [urls, bytes] = [new Map<string, string>(), new Map<string, number>()];
  session.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes.set(new URL(urls.get(requestId) ?? url).pathname, encodedDataLength);
  });
  await open(page, url);
  await page.locator("[data-connection=live]").waitFor();
  await page.waitForLoadState("load");
  await session.detach();
  return bytes;
}

browserTest(
  "a first page is at most 250 KB, and a call reaches it by its event alone",
  async (browser) => {
    const keys = Array.from({ length: 1_000 }, (_, at) => `AIzaSyTestOnly-${String(at).padStart(24, "0")}`);
    await using server = await dashboardUnderTest({
      projects: [{ id: "p", keys: keys.slice(0, 2) }],
      keys,
    });
    for (let count = 0; count < 300; count++) await server.call(undefined, `agent-${count % 4}/1.0`);
    const { page } = await ownerPage(browser, server.url);
    const bytes = await transferred(page, `${server.url}/dashboard`);
    const sum = [...bytes.values()].reduce((total, one) => total + one, 0);
    const largest = [...bytes].sort((a, b) => b[1] - a[1]).slice(0, 4);
    console.log(
      `first page: ${(sum / 1_024).toFixed(0)} KB, ${bytes.size} files; ${JSON.stringify(largest)}`,
    );
    assert.ok(bytes.size > 5, "nothing was measured");
    assert.ok(sum <= MOST_BYTES, `a first page takes ${sum} bytes`);
    const lists: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/requests") lists.push(request.url());
    });
    const stats = page.waitForResponse((response) => response.url().endsWith("/api/stats"));
    await server.call(undefined, "by-event/1.0");
    await page.getByRole("listitem").filter({ hasText: "by-event/1.0" }).getByText("1 call").waitFor();
    await stats;
    assert.deepEqual(lists, []);
  },
);
