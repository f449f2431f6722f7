import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
const VIEWS = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 1280 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
] as const;

const settingOf = (page: Page, variable: string) => page.locator(`[data-setting=${variable}]`);

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Review changes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
}

async function settingsCase(server: DashboardUnderTest, page: Page): Promise<void> {
  const file = () => Deno.readTextFile(server.envFile);
  const before = await file();
  await open(page, `${server.url}/dashboard/settings`);
  // A group is as the server wrote it until it is opened, and alive from then on.
  await page.locator("summary").filter({ hasText: "Logs and alerts" }).click();
  await settingOf(page, "LOG_BODIES").getByRole("combobox").selectOption("true");
  await page.getByText("1 change is not saved.").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("searchbox", { name: "Find a setting" }).fill("bodies requests sealed");
  assert.equal(await page.locator("[data-setting]").count(), 1);
  const bodies = settingOf(page, "LOG_BODIES");
  await bodies.getByText("takes effect at once").waitFor();
  await bodies.getByRole("combobox", { name: "LOG_BODIES" }).selectOption("true");
  await page.getByRole("searchbox").fill("rotation_mode");
  await settingOf(page, "ROTATION_MODE").getByRole("combobox").selectOption("sequential");
  await page.getByText("2 changes are not saved.").waitFor();
  await page.getByRole("button", { name: "Review changes" }).click();
  const dialog = page.getByRole("dialog", { name: "Review changes" });
  const lines = (await dialog.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  assert.deepEqual(lines, [
    "ROTATION_MODE after a restart − balanced + sequential",
    "LOG_BODIES takes effect at once − false + true",
  ]);
  assert.equal(await file(), before, "it was only shown");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText(/^Saved\. What needs a restart/).waitFor();
  assert.equal(await file(), `${before}LOG_BODIES=true\nROTATION_MODE=sequential\n`);
  assert.equal(server.proxy().services.settings.logBodies, true);
  await settingOf(page, "ROTATION_MODE").getByText("after a restart: sequential").waitFor();
  await page.getByText("1 change waits for a restart").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("The change is undone.").waitFor();
  assert.equal(await file(), before);
  assert.equal(server.proxy().services.settings.logBodies, false);
  await page.getByText("1 change waits for a restart").waitFor({ state: "detached" });
}

async function refusalCase(server: DashboardUnderTest, page: Page): Promise<void> {
  await open(page, `${server.url}/dashboard/settings`);
  await settingOf(page, "LOG_LEVEL").waitFor({ state: "hidden" });
  // Every name has one: all groups open.
  await page.getByRole("searchbox").fill("_");
  await settingOf(page, "LOG_LEVEL").getByText(/environment of the server/).waitFor();
  await settingOf(page, "GEMINITRO_MASTER_KEY").getByText(/geminitro master-key change/).waitFor();
  await page.getByRole("textbox", { name: "QUEUE_MAX_LENGTH" }).fill("many");
  await page.getByRole("textbox", { name: "TIMEOUT_CONNECT" }).fill("90000");
  await settingOf(page, "TIMEOUT_CONNECT").getByText("1 min 30 s").waitFor();
  await save(page);
  await page.getByRole("dialog").getByRole("alert").getByText(/QUEUE_MAX_LENGTH is "many"/).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByText(/not saved/).first().waitFor({ state: "detached" });
}

async function clientCase(server: DashboardUnderTest, page: Page, name: string): Promise<void> {
  const { admin, ledger } = server.proxy().services;
  const made = await admin.addClient({ name, requestsPerMinute: 30 });
  assert.ok(made.ok);
  await server.call("gemini-2.5-flash", "test-agent/1.0", made.value.token);
  await ledger.flush();
  await open(page, `${server.url}/dashboard/settings`);
  const row = page.locator(`[data-client=${made.value.client.id}]`);
  await row.getByText(/^used 1 request, .* tokens, /).waitFor();
  await row.getByRole("button", { name: `Edit ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: `Edit ${name}` });
  await dialog.getByRole("textbox", { name: "Per minute" }).fill("");
  await dialog.getByRole("textbox", { name: "Budget" }).fill("5");
  await dialog.getByRole("combobox", { name: "Of" }).selectOption("requests");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText(`${name} is saved.`).waitFor();
  await row.getByText(/5 requests a day/).waitFor();
  const [client] = (await admin.clients()).filter(({ id }) => id === made.value.client.id);
  assert.deepEqual([client?.requestsPerMinute, client?.budget?.limit], [undefined, 5]);
  assert.equal(
    (await server.call("gemini-2.5-flash", "a/1", made.value.token)).status,
    200,
    "the token stays",
  );
}

async function connectionCase(server: DashboardUnderTest, page: Page): Promise<void> {
  for (const path of ["/dashboard/setup?step=3", "/dashboard", "/dashboard/settings"]) {
    await open(page, server.url + path);
    const card = page.locator("#connect");
    // The Overview has it folded away.
    if (path === "/dashboard") await card.locator("summary").click();
    await card.getByText(`${server.url}/v1`, { exact: true }).waitFor();
    await card.getByRole("button", { name: "Copy OpenAI-compatible base URL" }).waitFor();
    assert.match(await card.getByRole("combobox", { name: "Model" }).inputValue(), /^gemini/);
    await card.getByText("The owner's token: the one you sign in with.").waitFor();
  }
  const card = page.locator("#connect");
  await card.getByRole("button", { name: "Make a token for a client" }).click();
  await card.getByText("Copy it now").waitFor();
  const token = await card.getByText(/^gn-/).innerText();
  assert.equal((await server.call("gemini-2.5-flash", "a/1", token)).status, 200);
}

browserTest(
  "settings are found, reviewed, saved and undone; clients are edited and connected",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    await server.proxy().services.admin.addKeys({ keys: KEYS.slice(0, 2) });
    for (const view of VIEWS) {
      const { page, problems } = await ownerPage(browser, server.url, view);
      const name = `${view.width} px, ${view.theme}`;
      await t.step(`the card to connect: ${name}`, () => connectionCase(server, page));
      await t.step(`save and undo: ${name}`, () => settingsCase(server, page));
      await t.step(`refusals: ${name}`, () => refusalCase(server, page));
      await t.step(`a client: ${name}`, () => clientCase(server, page, `client of ${name}`));
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);
