import assert from "node:assert/strict";
import { folderFiles } from "fresh/files";
import { createGeminitro, serve } from "../../src/composition/mod.ts";
import { serveOAuthSimulator } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { buildDashboard } from "../../tools/build_dashboard.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { OWNER_TOKEN } from "../support/dashboard_under_test.ts";
import { settingsFor } from "./oauth_fixture.ts";

async function dashboard() {
  await buildDashboard({ force: false });
  const google = serveOAuthSimulator({ clock: systemClock });
  const proxy = await createGeminitro({
    env: { ...settingsFor(google), PROXY_API_KEY: OWNER_TOKEN },
    print: () => {},
    dashboard: folderFiles(new URL("../../_fresh/client/", import.meta.url)),
  });
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  return {
    url: serving.url,
    google,
    proxy,
    async [Symbol.asyncDispose]() {
      await serving.stop(200);
      await google.close();
    },
  };
}

browserTest(
  "the dashboard signs an account in: the warning, Google's page, the callback, the key list",
  async (browser) => {
    await using under = await dashboard();
    const { page } = await ownerPage(browser, under.url);
    await open(page, `${under.url}/dashboard/keys`);
    await page.getByRole("button", { name: "Sign in", exact: false }).first().click();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), /terms/i);
    const begin = dialog.getByRole("button", { name: "Open Google's page" });
    assert.equal(await begin.isDisabled(), true, "the warning must be confirmed first");
    await dialog.getByRole("checkbox").check();
    const opened = page.context().waitForEvent("page");
    await begin.click();
    const callback = await opened;
    await callback.getByRole("heading", { name: "Signed in as ada@example.com" }).waitFor();
    assert.match(callback.url(), /\/oauth-callback\?/);
    await callback.close();
    await page.bringToFront();
    // The dialog that began it sees the end by itself.
    await page.getByText("ada@example.com is added.").waitFor();
    await open(page, `${under.url}/dashboard/keys`);
    await page.getByText("ada@example.com").first().waitFor();
  },
);

browserTest("a denied consent is explained on the page that the browser comes back to", async (browser) => {
  await using under = await dashboard();
  under.google.control.consent("deny");
  const { page } = await ownerPage(browser, under.url);
  await open(page, `${under.url}/dashboard/keys`);
  await page.getByRole("button", { name: "Sign in", exact: false }).first().click();
  await page.getByRole("dialog").getByRole("checkbox").check();
  const opened = page.context().waitForEvent("page");
  await page.getByRole("dialog").getByRole("button", { name: "Open Google's page" }).click();
  const callback = await opened;
  await callback.getByText("The consent was denied on Google's page").waitFor();
  await page.getByRole("dialog").getByText("The consent was denied on Google's page").waitFor();
});
