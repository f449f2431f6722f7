import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest, OWNER_TOKEN } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

/** What the pill, the banner, the title and the icon say. */
function said(page: Page): Promise<readonly (string | null)[]> {
  return page.evaluate(() => [
    ...[...document.querySelectorAll("[data-verdict]")].map((one) => one.getAttribute("data-verdict")),
    document.title,
    document.querySelector("link[rel=icon]")!.getAttribute("href"),
  ]);
}

browserTest(
  "a page that is cut off says so, and a page that is not allowed to copy too",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { page } = await ownerPage(browser, server.url);
    const live = () => page.locator("[data-connection=live]").waitFor();
    await t.step("without the server nothing is green; with it all is as before", async () => {
      await live();
      await page.getByText("Nothing needs you").waitFor();
      await page.route("**/api/**", (route) => route.abort());
      await server.restart();
      await eventually(() => said(page), [
        "stale",
        "stale",
        "Not up to date · Overview · GemiNitro",
        "/favicon-warn.svg",
      ]);
      await page.getByRole("heading", { name: /^Nothing needs you, as of \d/ }).waitFor();
      assert.equal(await page.getByText("Not up to date: the server cannot be reached.").count(), 1);
      await page.unroute("**/api/**");
      await live();
      await eventually(() => said(page), ["ok", "ok", "Overview · GemiNitro", "/favicon.svg"]);
    });
    await t.step("a session that ended leads to the sign-in and back to the same filters", async () => {
      await open(page, `${server.url}/dashboard/requests?model=gemini-2.5-pro`);
      await live();
      await page.context().clearCookies();
      await server.call("gemini-2.5-pro");
      await page.waitForURL(/\/login\?next=/);
      await page.getByLabel("Owner's token").fill(OWNER_TOKEN);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL(/\/dashboard\/requests\?model=gemini-2\.5-pro$/);
    });
    await t.step("a page on plain http copies the old way, and says when it may not", async () => {
      await page.addInitScript(() =>
        Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined })
      );
      await open(page, `${server.url}/dashboard/settings`);
      const copied = () => page.evaluate(() => (globalThis as unknown as { copied?: string }).copied);
      await page.evaluate(() =>
        document.addEventListener("copy", () => {
          const field = document.activeElement as HTMLTextAreaElement;
          Object.assign(globalThis, { copied: field.value });
        })
      );
      await page.getByRole("button", { name: "Copy OpenAI-compatible base URL" }).click();
      await page.getByText("Copied", { exact: true }).waitFor();
      assert.equal(await copied(), `${server.url}/v1`);
      await page.evaluate(() => document.execCommand = () => false);
      await page.getByRole("button", { name: "Copy Gemini-compatible base URL" }).click();
      await page.getByText("The browser does not let this page copy").waitFor();
    });
    await t.step("without the server the page of keys shows no accounts that there are not", async () => {
      await open(page, `${server.url}/dashboard/keys`);
      await live();
      await page.route("**/api/**", (route) => route.abort());
      await server.restart();
      await page.getByText(/^Not up to date: /).waitFor();
      assert.equal(await page.getByText("Google accounts").count(), 0);
      await page.unroute("**/api/**");
      await live();
    });
    await t.step("a removed key can be put back on the next page", async () => {
      await open(page, `${server.url}/dashboard/keys`);
      await page.locator("tbody tr button").first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
      await page.getByRole("button", { name: "Undo" }).waitFor();
      await open(page, `${server.url}/dashboard/logs`);
      await page.getByRole("button", { name: "Undo" }).click();
      await eventually(async () => (await server.proxy().services.admin.keys()).length, KEYS.length);
      await open(page, `${server.url}/dashboard/usage`);
      assert.equal(await page.evaluate(() => sessionStorage.getItem("undo")), null);
    });
    await t.step("keys that come from elsewhere are counted on the page of models", async () => {
      await open(page, `${server.url}/dashboard/models`);
      await live();
      await page.getByText(`${KEYS.length} keys`, { exact: false }).first().waitFor();
      const { admin } = server.proxy().services;
      const [first] = await admin.keys();
      await admin.removeKey(first!.id);
      await page.getByText(new RegExp(`models, ${KEYS.length - 1} keys`)).waitFor();
      await page.getByText(new RegExp(`of ${KEYS.length - 1} keys`)).first().waitFor();
    });
  },
);
