import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest(
  "requests are narrowed by kind and by time, read as a conversation with the raw bodies beside it, and threaded; a click on the usage chart leads to them",
  async (browser, t) => {
    await using server = await dashboardUnderTest({
      projects: sampleProjects(),
      env: { LOG_BODIES: "true" },
    });
    await server.proxy().services.admin.addKeys({ keys: KEYS });
    for (let count = 0; count < 4; count++) await server.call("gemini-2.5-flash", "aider/0.92");
    // A key whose day is used up sends its call on to another.
    server.simulator.presetDay(sampleProjects()[0]!.id, "gemini-2.5-flash-lite", 5_000);
    assert.equal((await server.call("gemini-2.5-flash-lite")).status, 200);
    for (const { id } of sampleProjects()) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
    assert.equal((await server.call("gemini-2.5-pro", "codex/0.77")).status, 429);
    assert.equal((await server.call("no-such-model", "curl/8.9")).status, 404);
    const { admin, ledger } = server.proxy().services;
    await ledger.flush();
    const kept = await admin.requests({}, { limit: 50 });
    assert.ok(kept.ok);
    // Which key a call takes first is the pool's own business.
    const retried = kept.value.items.filter(({ attempts }) => attempts.length > 1).length;
    assert.ok(retried > 0);
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/requests`);
        const rows = page.locator("tbody tr");
        const kinds = page.getByRole("group", { name: "Show only" });
        assert.deepEqual(
          await kinds.getByRole("button").allInnerTexts().then((all) =>
            all.map((one) => one.replace(/\s+/g, " "))
          ),
          [
            "Failed 1",
            "Refused 1",
            "Client left 0",
            "Slow (30 s and more) 0",
            `Retried ${retried}`,
          ],
        );
        await kinds.getByRole("button", { name: /^Failed/ }).click();
        await page.waitForURL(/is=failed/);
        await page.getByText("codex/0.77").or(page.getByRole("row", { name: /429/ })).first().waitFor();
        await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
        await page.reload();
        await page.locator("html[data-ready]").waitFor();
        assert.equal(await rows.count(), 1);
        await kinds.getByRole("button", { name: /^Failed/, pressed: true }).click();
        await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 7);
        // A call that went on to another key shows at both.
        if (view.width > 1000) await page.getByRole("cell", { name: / → / }).first().waitFor();
        const histogram = page.getByRole("img", { name: /^Requests from .*, at most \d+ in a step$/ });
        await histogram.locator("g").last().click();
        await page.waitForURL(/since=\d+&until=\d+/);
        await page.getByRole("button", { name: /^Take the filter away: from / }).click();
        await page.waitForFunction(() => !location.search.includes("since="));
        await page.getByRole("row", { name: /200/ }).first().click();
        const drawer = page.getByRole("dialog");
        const turns = drawer.getByRole("list", { name: "As a conversation" });
        await turns.getByText("Say hello.", { exact: true }).waitFor();
        await turns.getByText(/You said/).waitFor();
        await drawer.getByText("What was sent").click();
        await drawer.getByRole("group", { name: "What was sent" }).getByText(/"messages"/).waitFor();
        await drawer.getByText("this request").waitFor();
        const thread = drawer.getByRole("button", { name: /, Request / });
        await thread.nth(4).waitFor();
        await drawer.getByRole("link", { name: "All requests of this conversation" }).click();
        await page.waitForURL(/session=/);
        await page.getByRole("button", { name: /^Take the filter away: conversation / }).waitFor();
        assert.equal(
          await page.evaluate(() =>
            document.documentElement.scrollWidth - document.documentElement.clientWidth
          ),
          0,
        );
        await open(page, `${server.url}/dashboard/usage?range=1h&measure=tokens&by=kind`);
        await page.getByRole("row", { name: /Input, not cached/ }).waitFor();
        await page.getByRole("row", { name: /Output/ }).waitFor();
        await open(page, `${server.url}/dashboard/usage?range=1h`);
        await page.locator("canvas").waitFor();
        const box = await page.locator(".u-over").boundingBox();
        assert.ok(box);
        // The last minutes stand at the right; a click at the foot meets what is stacked first.
        await page.mouse.move(box.x + box.width - 2, box.y + box.height - 3);
        await page.mouse.down();
        await page.mouse.up();
        await page.waitForURL(/\/dashboard\/requests\?.*since=\d+&until=\d+/);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);
