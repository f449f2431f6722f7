import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

/** Answered, refused and failed calls of several agents. */
async function traffic(server: DashboardUnderTest): Promise<void> {
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  for (let count = 0; count < 4; count++) await server.call("gemini-2.5-flash", "aider/0.92");
  await server.call("gemini-2.5-flash-lite", "opencode/1.14");
  for (const { id } of sampleProjects()) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
  assert.equal((await server.call("gemini-2.5-pro", "codex/0.77")).status, 429);
  assert.equal((await server.call("no-such-model", "curl/8.9")).status, 404);
  await server.proxy().services.ledger.flush();
}

/** A call that nobody could answer, as Google refused every key for good; they work again. */
async function deadCall(server: DashboardUnderTest): Promise<void> {
  for (const key of KEYS) server.simulator.key(key, "suspended");
  assert.notEqual((await server.call("gemini-2.5-flash", "kimi/1.0")).status, 200);
  for (const key of KEYS) server.simulator.key(key, "valid");
  await server.proxy().services.admin.checkAllKeys();
}

browserTest(
  "many keys are selected, switched off and on, given a project, removed and put back",
  async (browser, t) => {
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        await using server = await dashboardUnderTest({ projects: sampleProjects() });
        const { admin } = server.proxy().services;
        await admin.addKeys({ keys: KEYS });
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/keys`);
        await page.getByRole("checkbox", { name: "Select …0001" }).check();
        await page.getByRole("checkbox", { name: "Select …0002" }).check();
        const bar = page.getByRole("region", { name: "Act on the selected keys" });
        await bar.getByText("2 keys selected").waitFor();
        await bar.getByRole("button", { name: "Switch off" }).click();
        await page.getByText("Switch off: 2 keys.").waitFor();
        const off = async () => (await admin.keys()).filter((key) => key.status === "disabled").length;
        assert.equal(await off(), 2);
        await bar.getByRole("button", { name: "Switch on" }).click();
        await page.getByText("Switch on: 2 keys.").waitFor();
        assert.equal(await off(), 0);
        await bar.getByRole("textbox", { name: "Project for the selected keys" }).fill("alpha");
        await bar.getByRole("button", { name: "Set project" }).click();
        await page.getByText("Set project: 2 keys.").waitFor();
        await bar.getByRole("combobox", { name: "Set tier" }).selectOption("premium");
        await page.getByText("Set tier: 2 keys.").waitFor();
        assert.equal(
          (await admin.keys()).filter((key) => key.project === "alpha" && key.tier === "premium").length,
          2,
        );
        await page.getByRole("checkbox", { name: "Select all that are shown" }).check();
        await bar.getByText("5 keys selected").waitFor();
        await bar.getByRole("button", { name: "Remove", exact: true }).click();
        await page.getByText("Remove: 5 keys.").waitFor();
        await page.getByText("No keys yet").waitFor();
        await page.locator("[popover] div").filter({ hasText: "Remove: 5 keys." })
          .getByRole("button", { name: "Undo" }).first().click();
        await page.getByText("5 keys", { exact: true }).waitFor();
        assert.equal((await admin.keys()).length, 5);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);

browserTest("keys are sorted within their project, and the order is in the address", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin } = server.proxy().services;
  await admin.addKeys({ keys: KEYS });
  const [, second] = await admin.keys();
  assert.ok(second);
  await admin.editKey(second.id, { priority: 9 });
  const { page } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByLabel("Sort by").selectOption("priority");
  await page.locator("tbody input[type=checkbox]").first().and(page.getByLabel("Select …0002")).waitFor();
  assert.match(page.url(), /sort=priority/);
  await page.reload();
  await page.locator("tbody input[type=checkbox]").first().and(page.getByLabel("Select …0002")).waitFor();
});

browserTest("a request says why it failed and where its time went; j and k go on", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await traffic(server);
  for (const view of VIEWS) {
    await t.step(`${view.width} px, ${view.theme}`, async () => {
      const { page, problems } = await ownerPage(browser, server.url, view);
      await open(page, `${server.url}/dashboard/requests`);
      await page.getByRole("row", { name: /429.*daily quota \(RPD\)/ }).waitFor();
      const table = page.getByRole("region", { name: "Requests" });
      // No column is cut.
      await eventually(() => table.evaluate((box) => box.scrollWidth - box.clientWidth), 0);
      if (view.width > 1000) {
        await page.getByRole("img", { name: /^waited .*, first token after .*, rest / }).first().waitFor();
      }
      const rows = page.locator("tbody tr");
      await rows.first().click();
      const drawer = page.getByRole("dialog");
      await drawer.getByText("curl/8.9").waitFor();
      await page.keyboard.press("j");
      await drawer.getByText("codex/0.77").waitFor();
      await drawer.getByText("Last asked", { exact: true }).waitFor();
      assert.equal(await drawer.getByText("Served by", { exact: true }).count(), 0);
      await page.keyboard.press("k");
      await drawer.getByText("curl/8.9").waitFor();
      await eventually(() => drawer.getByRole("button", { name: "Newer request (k)" }).isDisabled(), true);
      await page.goBack();
      await drawer.waitFor({ state: "detached" });
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }
});

browserTest(
  "Problems groups failures and refusals by reason, with who is affected and what to do",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    await traffic(server);
    const { admin, ledger } = server.proxy().services;
    await deadCall(server);
    await ledger.flush();
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/problems`);
        const quota = page.locator("[data-reason=quota]");
        await quota.getByText("1 request", { exact: true }).waitFor();
        await quota.getByText("Agents: codex/0.77").waitFor();
        await quota.getByRole("link", { name: "Add keys" }).waitFor();
        await quota.getByText("Another model answers while gemini-2.5-pro cannot").waitFor();
        await quota.getByLabel("Model to answer in its place").selectOption("gemini-2.5-flash-lite");
        await quota.getByRole("button", { name: "Set the fallback" }).click();
        await quota.getByText("gemini-2.5-flash-lite answers while gemini-2.5-pro cannot.").waitFor();
        assert.deepEqual((await admin.fallbacks()).map(({ model, to }) => [model, ...to]), [
          ["gemini-2.5-pro", "gemini-2.5-flash-lite"],
        ]);
        await quota.getByRole("button", { name: "Undo" }).click();
        await quota.getByText("It is as it was before.").waitFor();
        assert.deepEqual(await admin.fallbacks(), []);
        const refused = page.locator("[data-reason=refused]");
        await refused.getByRole("button", { name: "Make the alias" }).click();
        await refused.getByText(/^no-such-model leads to gemini/).waitFor();
        await refused.getByRole("button", { name: "Undo" }).click();
        await refused.getByText("It is as it was before.").waitFor();
        const dead = page.locator("[data-reason=credential_dead]");
        await dead.getByRole("button", { name: "Check now" }).click();
        await dead.getByText(/^\d of \d keys? works?\./).waitFor();
        await page.locator("[data-reason=refused]").getByText("Agents: curl/8.9").waitFor();
        await page.locator("[data-reason=refused]").getByRole("link", { name: "See the requests" }).click();
        await page.getByRole("row", { name: /refused 404/ }).waitFor();
        await eventually(() => page.locator("tbody tr").count(), 1);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);

browserTest("Usage shows each measure by each dimension, zooms, compares and exports", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await traffic(server);
  for (const view of VIEWS) {
    await t.step(`${view.width} px, ${view.theme}`, async () => {
      const { page, problems } = await ownerPage(browser, server.url, view);
      await open(page, `${server.url}/dashboard/usage?range=1h`);
      await page.locator("canvas").waitFor();
      await page.getByRole("row", { name: /^Requests of gemini-2\.5-flash / }).getByRole("cell", {
        name: "4",
      }).first()
        .waitFor();
      await page.getByLabel("By", { exact: true }).selectOption("agent");
      await page.waitForURL(/by=agent/);
      await page.getByRole("row", { name: /aider\/0\.92/ }).waitFor();
      await page.getByLabel("Measure").selectOption("tokens");
      await page.waitForURL(/measure=tokens&by=agent/);
      await page.locator("html[data-ready]").waitFor();
      await page.locator("canvas").waitFor();
      const box = await page.locator(".u-over").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.95, box.y + 40, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/range=own.*since=\d+&until=\d+/);
      await page.getByRole("link", { name: "Back to 24 hours" }).click();
      await page.waitForURL(/range=24h/);
      await page.locator("html[data-ready]").waitFor();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV" }).click(),
      ]);
      assert.match(file.suggestedFilename(), /^geminitro-tokens-by-agent\.csv$/);
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }
});

/** What is drawn on a canvas of the page from now on. */
async function canvasTexts(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript(() => {
    const drawn: string[] = [];
    Object.assign(globalThis, { drawn });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (this: CanvasRenderingContext2D, ...args) {
      drawn.push(args[0]);
      fillText.apply(this, args);
    };
  });
  return () => page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn);
}

browserTest(
  "the axis and the hover of Usage have the reader's clock, and name the day once",
  async (browser) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    await traffic(server);
    for (const [locale, clock] of [["en-US", /^\d{1,2}:\d\d\s[AP]M$/], ["de-DE", /^\d\d:\d\d$/]] as const) {
      const { page, problems } = await ownerPage(browser, server.url, { locale });
      const texts = await canvasTexts(page);
      await open(page, `${server.url}/dashboard/usage?range=1h`);
      await eventually(async () => (await texts()).some((one) => clock.test(one)), true);
      const drawn = await texts();
      assert.ok(
        drawn.some((one) => /^\d{1,2} [A-Z][a-z]{2,3}$|^[A-Z][a-z]{2,3} \d{1,2}$/.test(one)),
        drawn.join(),
      );
      const other = locale === "en-US" ? /^\d\d?:\d\d$/ : /[AaPp][Mm]$/;
      assert.deepEqual(drawn.filter((one) => other.test(one)), [], locale);
      const box = await page.locator(".u-over").boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
      await page.getByRole("columnheader", { name: locale === "en-US" ? /\d\s[AP]M$/ : /\d\d:\d\d$/ })
        .waitFor();
      // Marks that are closer than a minute are told apart.
      const until = Date.now();
      await open(page, `${server.url}/dashboard/usage?range=own&since=${until - 180_000}&until=${until}`);
      await eventually(
        async () => (await texts()).some((one) => /^\d{1,2}:\d\d:[0-5]\d(\s[AP]M)?$/.test(one)),
        true,
      );
      // One failed call is no reason for marks at a half of one.
      await open(page, `${server.url}/dashboard/usage?range=1h&measure=failures`);
      await eventually(async () => (await texts()).includes("1"), true);
      assert.deepEqual((await texts()).filter((one) => /^\d*\.\d+$/.test(one)), []);
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);

browserTest("Usage says it all without script", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await traffic(server);
  const { page } = await ownerPage(browser, server.url);
  const context = await browser.newContext({ javaScriptEnabled: false });
  await context.addCookies(await page.context().cookies());
  const plain = await context.newPage();
  await plain.goto(`${server.url}/dashboard/usage?range=1h`);
  await plain.getByRole("row", { name: /gemini-2\.5-flash / }).first().waitFor();
  await plain.getByLabel("By", { exact: true }).selectOption("agent");
  await plain.getByRole("button", { name: "Show" }).click();
  await plain.getByRole("row", { name: /aider/ }).waitFor();
});

browserTest("the mini page says the verdict in 240 px", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await traffic(server);
  for (const theme of ["light", "dark"] as const) {
    await t.step(theme, async () => {
      const { page, problems } = await ownerPage(browser, server.url, { theme, width: 240 });
      await open(page, `${server.url}/dashboard/mini`);
      await page.getByRole("link", { name: "State of the proxy: 1 model is out" }).waitFor();
      await page.getByRole("listitem").filter({ hasText: "gemini-2.5-pro" }).getByText(/^back /).waitFor();
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
});
