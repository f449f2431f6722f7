import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = Array.from({ length: 60 }, (_, index) => `AIzaSyTestOnly-${String(index).padStart(24, "0")}`);
const VIEWS = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 1920 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
] as const;

/** How many stops of Tab the rows of the keys have. */
function stops(page: Page): Promise<number> {
  return page.locator("tbody").evaluate((body) =>
    [...body.querySelectorAll<HTMLElement>("a, button, input")].filter(({ tabIndex }) => tabIndex >= 0).length
  );
}

/** The name of the control that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
  });
}

async function listCase(server: DashboardUnderTest, page: Page): Promise<void> {
  await open(page, `${server.url}/dashboard/keys`);
  const boxes = page.getByRole("checkbox", { name: /^Select …/ });
  await boxes.first().waitFor();
  await page.keyboard.press("Shift");
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>("tbody :is(button, input)")].some(({ tabIndex }) =>
      tabIndex < 0
    )
  );
  assert.equal(await stops(page), 2, "one row is to stop at");
  await boxes.first().focus();
  const first = await focused(page);
  await page.keyboard.press("ArrowDown");
  const second = await focused(page);
  assert.match(second, /^Select …/);
  assert.notEqual(second, first);
  await page.keyboard.press("ArrowRight");
  assert.equal(`Select ${await focused(page)}`, second, "its name beside it");
  await page.keyboard.press("Home");
  assert.equal(`Select ${await focused(page)}`, first);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.closest("tbody") === null), true);
}

async function helpCase(page: Page): Promise<void> {
  await page.locator("body").click({ position: { x: 2, y: 400 } });
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByText("To the search field of the page").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).type), "search");
}

browserTest(
  "long lists are one stop, their rows are dense, and ? lists the shortcuts",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await listCase(server, page);
        const height = await page.locator("tbody tr").nth(1).evaluate((row) =>
          row.getBoundingClientRect().height
        );
        assert.ok(height <= 37, `a row is ${height} px high`);
        await helpCase(page);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
    await t.step("times have 12 or 24 hours as the reader's locale has", async () => {
      for (const [locale, has12] of [["en-US", true], ["de-DE", false]] as const) {
        const { page } = await ownerPage(browser, server.url, { locale });
        await open(page, `${server.url}/dashboard/logs`);
        const time = page.getByText(/^\d{1,2}:\d\d:\d\d( [AP]M)?$/).first();
        await time.waitFor();
        assert.equal(/[AP]M/.test(await time.innerText()), has12, locale);
        const [since, until] = [new Date(2026, 10, 5, 7, 4), new Date(2026, 10, 5, 13, 4)].map(Number);
        await open(page, `${server.url}/dashboard/requests?since=${since}&until=${until}`);
        const span = has12 ? "from Nov 5, 7:04 AM to Nov 5, 1:04 PM" : "from 5 Nov, 07:04 to 5 Nov, 13:04";
        await page.getByText(span, { exact: true }).waitFor();
        await page.context().close();
      }
    });
  },
);
