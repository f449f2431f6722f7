import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest(
  "Flow shows which way calls went in a time, by how they ended; it lights a way up and opens its requests",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    for (let count = 0; count < 3; count++) await server.call("gemini-2.5-flash", "aider/0.92");
    // More agents than are drawn by themselves.
    for (let count = 0; count < 12; count++) await server.call("gemini-2.5-flash-lite", `agent-${count}/1`);
    for (const { id } of sampleProjects()) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
    await server.call("gemini-2.5-pro", "codex/0.77");
    await server.call("no-such-model", "curl/8.9");
    await ledger.flush();
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/flow`);
        const isWide = view.width > 1000;
        if (isWide) {
          const picture = page.getByRole("group", { name: /^17 requests from agents over models/ });
          await picture.locator("text", { hasText: "others" }).first().waitFor();
          for (const outcome of ["ok", "failed", "refused"]) {
            await picture.locator(`[data-outcome=${outcome}]`).first().waitFor();
          }
          const station = picture.getByRole("link", { name: "aider/0.92: 3 requests" });
          await station.focus();
          await picture.locator("[data-lit=true]").first().waitFor();
          const all = await picture.locator("[data-outcome]").count();
          assert.ok(await picture.locator("[data-lit=true]").count() < all);
          await station.press("Enter");
        } else {
          assert.equal(await page.locator("svg[role=group]").isVisible(), false);
          await page.getByRole("list", { name: "Paths, the most frequent first" }).first()
            .getByRole("link", { name: /^aider\/0\.92 → gemini-2\.5-flash/ }).first().click();
        }
        await page.waitForURL(/\/dashboard\/requests\?(?=.*span=86400000).*agent=aider/);
        await page.getByRole("row", { name: /aider|200/ }).first().waitFor();
        await open(page, `${server.url}/dashboard/flow`);
        await page.getByLabel("Range").selectOption("1h");
        await page.waitForURL(/range=1h/);
        await page.getByText("16 requests, 1 refused", { exact: true }).waitFor();
        assert.equal(
          await page.evaluate(() =>
            document.documentElement.scrollWidth - document.documentElement.clientWidth
          ),
          0,
        );
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);
