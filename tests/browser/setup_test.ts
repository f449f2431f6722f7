import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { removeFolder } from "../support/remove_folder.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

const VIEWS = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 1280 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
] as const;

/** From no key to an answer, by the buttons of the wizard. */
async function firstRun(page: Page): Promise<void> {
  await page.waitForURL(/\/dashboard\/setup$/);
  await page.locator("html[data-ready]").waitFor();
  await page.getByRole("heading", { name: "Step 1 of 4: Keys" }).waitFor();
  await page.getByText("There is no Gemini key yet.").waitFor();
  await page.getByRole("button", { name: "First answer" }).click();
  await page.getByText("No model is known yet, so none was asked.").waitFor();
  await page.getByRole("button", { name: "Add a key" }).click();
  await page.waitForURL(/\?step=1$/);
  await page.getByRole("textbox", { name: /key/i }).first().fill(`${KEYS[0]}\n${KEYS[1]}`);
  await page.getByRole("button", { name: "Add 2 keys" }).click();
  await page.getByText(/^2 keys work: \d+ models\.$/).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Step 2 of 4: Models" }).waitFor();
  await page.waitForURL(/\?step=2$/);
  await page.getByText("gemini-2.5-flash", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText(/^No coding agent was found on this machine\./).waitFor();
  assert.equal(await page.getByRole("checkbox").filter({ visible: true }).count(), 0);
  await page.locator("#connect").getByText(/\/v1$/).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Step 2 of 4: Models" }).waitFor();
  await page.goForward();
  await page.getByRole("heading", { name: "Step 3 of 4: Agents" }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("status").getByText(/answered through the proxy in .*: all is ready/).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Step 4 of 4: First answer" }).waitFor();
}

browserTest("the first sign-in leads through the wizard to a verified answer", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin } = server.proxy().services;
  for (const view of VIEWS) {
    await t.step(`${view.width} px, ${view.theme}`, async () => {
      for (const { id } of await admin.keys()) await admin.removeKey(id);
      const { page, problems } = await ownerPage(browser, server.url, view);
      await firstRun(page);
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }
});

browserTest(
  "the wizard shows what it would write for an agent, and then writes exactly that",
  async (browser) => {
    const userHome = await Deno.makeTempDir({ prefix: "geminitro-home-" });
    const config = `${userHome}/.config/opencode/opencode.json`;
    await Deno.mkdir(`${userHome}/.config/opencode`, { recursive: true });
    await Deno.writeTextFile(config, '{\n  "theme": "mine"\n}\n');
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS, userHome });
    const { page, problems } = await ownerPage(browser, server.url);
    await open(page, `${server.url}/dashboard/setup`);
    await page.getByRole("button", { name: "Agents" }).click();
    await page.getByRole("heading", { name: "Step 3 of 4: Agents" }).waitFor();
    for (const box of await page.getByRole("checkbox", { checked: true }).all()) await box.uncheck();
    await page.getByRole("checkbox", { name: /opencode/i }).check();
    await page.getByRole("button", { name: "Show the changes" }).click();
    const diff = page.locator("pre");
    await diff.getByText("geminitro").first().waitFor();
    assert.match(await diff.innerText(), /^\+/m);
    assert.equal(await Deno.readTextFile(config), '{\n  "theme": "mine"\n}\n', "it was only asked");
    await page.getByRole("button", { name: "Make the changes" }).click();
    await page.getByText("1 agent is set up.").waitFor();
    await page.getByRole("listitem").filter({ hasText: /opencode/i }).getByText("set up").first().waitFor();
    const written = await Deno.readTextFile(config);
    assert.match(written, /geminitro/);
    assert.match(written, /"theme": "mine"/);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("status").getByText(/answered through the proxy in .*: all is ready/).waitFor();
    assert.deepEqual(problems, []);
    await removeFolder(userHome);
  },
);
