import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

/** Keeps what the browser would show; a browser without a screen shows nothing. */
function keepNotices(): void {
  const shown: string[] = [];
  class KeptNotification {
    static readonly permission = "granted";
    static requestPermission = () => Promise.resolve("granted");
    constructor(title: string, options: { readonly body: string }) {
      shown.push(`${title}: ${options.body}`);
    }
  }
  Object.assign(globalThis, { Notification: KeptNotification, shown });
}

browserTest("a browser that was asked to says once that a model is out", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  await page.addInitScript(keepNotices);
  await open(page, `${server.url}/dashboard/problems`);
  await page.locator("[data-connection=live]").waitFor();
  await page.getByRole("checkbox", { name: "Notify me in this browser when a model is out" }).check();
  for (const { id } of sampleProjects()) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
  assert.equal((await server.call("gemini-2.5-pro")).status, 429);
  await page.waitForFunction(() => (globalThis as unknown as { shown: string[] }).shown.length > 0);
  const shown = await page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  assert.equal(shown.length, 1);
  assert.match(shown[0] ?? "", /^1 model is out: gemini-2\.5-pro is out until/);
  await page.reload();
  assert.equal(await page.getByRole("checkbox", { name: /^Notify me/ }).isChecked(), true);
  assert.deepEqual(problems, []);
});
