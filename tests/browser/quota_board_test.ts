import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { boardProjects, fillBoard } from "../support/board_fixture.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The place of the focused cell, `row column`. */
function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute("data-cell") ?? null);
}

async function arrows(page: Page): Promise<void> {
  const tabStops = page.locator("[data-cell][tabindex='0']");
  assert.equal(await tabStops.count(), 1);
  await tabStops.focus();
  const moves = [
    ["ArrowRight", "0 1"],
    ["ArrowDown", "1 1"],
    ["ArrowLeft", "1 0"],
    ["ArrowUp", "0 0"],
    ["ArrowUp", "0 0"],
    ["End", "0 2"],
    ["Control+End", "19 2"],
    ["Control+Home", "0 0"],
  ] as const;
  for (const [key, place] of moves) {
    await page.keyboard.press(key);
    assert.equal(await focused(page), place, key);
  }
  assert.equal(await tabStops.count(), 1);
}

/** Opens a closed cell, sets a limit by hand and forgets it, and lifts what rests. */
async function actOnCell(page: Page, server: DashboardUnderTest, project: string): Promise<void> {
  const { admin } = server.proxy().services;
  await page.getByRole("button", { name: new RegExp(`^${project}, gemini-2.5-pro: daily quota`) }).press(
    "Enter",
  );
  const drawer = page.getByRole("dialog");
  await drawer.getByText("the requests of the day (RPD) are used up").waitFor();
  await drawer.getByText("Since", { exact: true }).waitFor();
  assert.match(page.url(), /cell=/);
  await drawer.getByLabel("Requests a minute (RPM)").fill("7");
  await drawer.getByRole("button", { name: "Save" }).click();
  await page.getByText(`The limits of gemini-2.5-pro@${project} are set.`).waitFor();
  assert.equal((await admin.limits())[0]?.requestsPerMinute, 7);
  await drawer.getByRole("row", { name: /requests a minute .* of 7/ }).waitFor();
  await drawer.getByRole("button", { name: "Forget these" }).click();
  await page.getByText(`The limits of gemini-2.5-pro@${project} are learned again.`).waitFor();
  await drawer.getByRole("row", { name: /of 7/ }).waitFor({ state: "detached" });
  await drawer.getByRole("button", { name: "Lift the cooldown" }).click();
  await page.getByText(`The cooldown of gemini-2.5-pro, ${project} is lifted.`).waitFor();
  await drawer.getByText("open", { exact: true }).waitFor();
  await drawer.getByRole("button", { name: "Cap this model" }).click();
  assert.equal(await page.getByLabel("What it limits").inputValue(), "gemini-2.5-pro");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).first().click();
}

browserTest(
  "the quota board shows each model in each project, says why a cell is closed, and lets act on it",
  async (browser, t) => {
    const projects = boardProjects();
    await using server = await dashboardUnderTest({ projects, env: { SOURCE_ORDER: "api_key" } });
    await fillBoard(server, projects);
    const { admin } = server.proxy().services;
    let cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>> = [];
    for (const [index, view] of VIEWS.entries()) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        cookies = await page.context().cookies();
        await page.setViewportSize({ width: view.width, height: view.width < 600 ? 844 : 800 });
        await open(page, `${server.url}/dashboard/quotas`);
        const board = page.getByRole("grid", { name: "Quota board" });
        assert.equal(await board.getByRole("gridcell").count(), 60);
        assert.equal(await overflow(page), 0);
        const box = await board.boundingBox();
        if (view.width > 1000) {
          assert.ok(box && box.y + box.height <= 800, "the board is higher than the screen");
        }
        await page.getByText("daily quota (RPD) used up").last().waitFor();
        await page.getByRole("meter", { name: "ada@example.com, Claude and GPT, 5 h: 2 % left" }).waitFor();
        assert.equal(await page.getByRole("meter", { name: /^ada@example\.com/ }).count(), 4);
        await page.getByText("Dashed, with a question mark: published, not confirmed for this project.")
          .waitFor();
        await arrows(page);
        if (index === 0 || index === 3) await actOnCell(page, server, index === 0 ? "team-01" : "team-02");
        await page.getByLabel("Filter by model or project").fill("team-07");
        await board.getByRole("button", { name: /^gemini-2\.5-flash, team-07/ }).waitFor();
        assert.equal(await board.getByRole("rowheader", { name: "team-07" }).count(), 0);
        assert.match(page.url(), /q=team-07/);
        await open(page, `${server.url}/dashboard`);
        const row = page.locator("[data-model='gemini-2.5-flash']");
        const published = row.getByRole("link", { name: /^published 20\d\d(-\d\d)*, not confirmed$/ });
        assert.match(await published.getAttribute("href") ?? "", /^https:/);
        await row.getByText("20 of 20 open").waitFor();
        const cells = (model: string) =>
          page.locator(`[data-model='${model}'] > *`).evaluateAll((all) =>
            all.map((one) => Math.round(one.getBoundingClientRect().left))
          );
        const [first, second] = [await cells("gemini-2.5-flash"), await cells("gemini-2.5-flash-lite")];
        assert.equal(first.length, 5);
        assert.deepEqual(first, second, "the rows of the board are not aligned");
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
    await t.step("models that share a quota open, and without script the board can be read", async () => {
      const group = await admin.putQuotaGroup("flash", ["gemini-2.5-flash", "gemini-2.5-flash-lite"]);
      assert.ok(group.ok);
      await server.call("gemini-2.5-flash");
      const context = await browser.newContext({ javaScriptEnabled: false });
      context.setDefaultTimeout(10_000);
      await context.addCookies(cookies);
      const page = await context.newPage();
      await page.goto(`${server.url}/dashboard/quotas`);
      await page.locator("[role=columnheader] summary").filter({ hasText: /^flash$/ }).click();
      await page.getByRole("listitem").filter({ hasText: "gemini-2.5-flash-lite" }).waitFor();
      await page.getByRole("button", { name: /^team-20, flash: open/ }).waitFor();
      assert.equal(await page.getByRole("columnheader", { name: "gemini-2.5-flash-lite" }).count(), 0);
      await context.close();
    });
  },
);
