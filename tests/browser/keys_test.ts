import assert from "node:assert/strict";
import { sampleProjects, type SimProject } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

function manyProjects(count: number): readonly SimProject[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `many-${index}`,
    keys: [`AIzaSyMANY${String(index).padStart(29, "0")}`],
  }));
}

browserTest(
  "keys are pasted, told about line by line, edited, switched off, removed and put back",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { page, problems } = await ownerPage(browser, server.url);
    await t.step("paste two good keys and a wrong one", async () => {
      await open(page, `${server.url}/dashboard/keys?add`);
      await page.getByLabel("API keys").fill(
        `${KEYS[0]}\n${KEYS[1]}, AIzaSyNOT_A_KEY_OF_ANYBODY_000000000000`,
      );
      await page.getByRole("button", { name: "Add 3 keys" }).click();
      await page.getByText("2 added, 1 refused.").waitFor();
      await page.getByRole("button", { name: "Mend the 1 that failed" }).click();
      assert.equal(await page.getByLabel("API keys").inputValue(), "AIzaSyNOT_A_KEY_OF_ANYBODY_000000000000");
      await page.keyboard.press("Escape");
      await page.getByText("2 keys", { exact: true }).waitFor();
    });
    await t.step("give one a name and a project", async () => {
      await page.getByRole("button", { name: "…0001" }).click();
      await page.getByRole("textbox", { name: "Name", exact: true }).fill("laptop");
      await page.getByRole("textbox", { name: "Project", exact: true }).fill("alpha");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("laptop is saved.").waitFor();
      await page.getByRole("rowheader", { name: /alpha/ }).waitFor();
    });
    await t.step("switch it off and on, and check it", async () => {
      const drawer = page.getByRole("dialog", { name: "Key laptop" });
      await drawer.getByRole("button", { name: "Switch off" }).click();
      await drawer.getByText("Off", { exact: true }).waitFor();
      await drawer.getByRole("button", { name: "Switch on" }).click();
      await drawer.getByText("Active", { exact: true }).waitFor();
      await drawer.getByRole("button", { name: "Check now" }).click();
      await page.getByText(/laptop works: \d+ models\./).waitFor();
    });
    await t.step("remove it and take that back", async () => {
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await page.getByText("1 key", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("laptop is back.").waitFor();
      await page.getByText("2 keys", { exact: true }).waitFor();
    });
    assert.deepEqual(problems, []);
  },
);

browserTest("a key that dies while one looks is shown as dead with its reason", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects().slice(2) });
  await server.proxy().services.admin.addKeys({ key: KEYS[4]!, label: "the only one" });
  const { page } = await ownerPage(browser, server.url);
  await page.getByText("Nothing needs you").waitFor();
  server.simulator.key(KEYS[4]!, "suspended");
  await server.call();
  await page.getByText("Google refuses the key the only one for good").waitFor();
});

browserTest("two tabs that edit one key do not overwrite each other", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ key: KEYS[0]!, label: "shared" });
  const { page } = await ownerPage(browser, server.url);
  const other = await page.context().newPage();
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByRole("button", { name: "shared" }).click();
  // This tab hears nothing of the change until it saves.
  await page.route("**/api/keys/safe", (route) => route.abort());
  await open(other, `${server.url}/dashboard/keys`);
  await other.getByRole("button", { name: "shared" }).click();
  await other.getByRole("textbox", { name: "Name", exact: true }).fill("first");
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("first is saved.").or(other.getByText("shared is saved.")).waitFor();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("second");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/Somebody else changed this key/).waitFor();
  assert.equal((await server.proxy().services.admin.keys())[0]?.label, "first");
});

browserTest("a thousand keys scroll with few rows in the page", async (browser) => {
  const projects = manyProjects(1_000);
  await using server = await dashboardUnderTest({
    projects,
    keys: projects.flatMap((project) => project.keys),
  });
  const { page } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByText("1,000 keys", { exact: true }).waitFor();
  const rows = page.locator("tbody tr");
  assert.ok(await rows.count() < 60, `${await rows.count()} rows are in the page`);
  await page.getByRole("region", { name: "Keys" }).evaluate((box) => box.scrollTop = box.scrollHeight);
  await page.getByRole("button", { name: "…0999" }).waitFor();
  assert.ok(await rows.count() < 60);
  await page.getByLabel("Filter by name, project or model").fill("0512");
  await page.getByText("1 of 1000 keys").waitFor();
});
