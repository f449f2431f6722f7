import assert from "node:assert/strict";
import { sampleProjects, type SimProject } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

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
    await t.step("a message can be pressed while a dialog is open", async () => {
      await page.getByRole("button", { name: "laptop" }).click();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await page.getByText("1 key", { exact: true }).waitFor();
      await page.getByRole("button", { name: "…0002" }).click();
      const drawer = page.getByRole("dialog", { name: "Key …0002" });
      await drawer.waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await drawer.getByText("laptop is back.").last().waitFor();
      await page.keyboard.press("Escape");
      await drawer.waitFor({ state: "detached" });
      await page.getByText("laptop is back.").last().waitFor();
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
  await page.route(
    "**/api/keys**",
    (route) => route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  await page.route(
    "**/api/keys/*",
    (route) => route.request().method() === "GET" ? route.abort() : route.continue(),
  );
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

browserTest(
  "a thousand keys come page by page, small, and are narrowed, sorted and selected over all pages",
  async (browser, t) => {
    const projects = manyProjects(1_000);
    await using server = await dashboardUnderTest({
      projects,
      keys: projects.flatMap((project) => project.keys),
    });
    const { admin } = server.proxy().services;
    const favourite = (await admin.keys())[700]!;
    await admin.editKey(favourite.id, { tags: ["spare"], priority: 7 });
    for (const view of VIEWS) {
      const { page, problems } = await ownerPage(browser, server.url, view);
      const rows = page.locator("tbody input[type=checkbox]");
      await t.step(`pages at ${view.width} px, ${view.theme}`, async () => {
        const response = await page.goto(`${server.url}/dashboard/keys`);
        const html = await response!.text();
        assert.ok(html.length < 150_000, `the page has ${html.length} characters`);
        await page.locator("html[data-ready]").waitFor();
        await page.getByText("1,000 keys", { exact: true }).waitFor();
        assert.equal(await rows.count(), 50);
        await page.getByRole("link", { name: "Next" }).click();
        await page.getByText("51 to 100 of 1,000").waitFor();
        await page.reload();
        await page.getByText("51 to 100 of 1,000").waitFor();
        await page.getByRole("link", { name: "Previous" }).click();
        await page.getByText("1 to 50 of 1,000").waitFor();
      });
      await t.step(`narrowing at ${view.width} px, ${view.theme}`, async () => {
        await page.getByLabel("Filter by name, project, tag or model").fill("0512");
        await page.getByText("1 of 1,000 keys").waitFor();
        await page.getByLabel("Filter by name, project, tag or model").fill("");
        await page.getByText("1,000 keys", { exact: true }).waitFor();
        await page.getByRole("combobox", { name: "Tag" }).selectOption("spare");
        await page.getByText("1 of 1,000 keys").waitFor();
        assert.match(page.url(), /tag=spare/);
        await page.getByRole("combobox", { name: "Tag" }).selectOption("");
        await page.getByText("1,000 keys", { exact: true }).waitFor();
        await page.getByLabel("Sort by").selectOption("priority");
        await rows.first().and(page.getByLabel("Select …0700")).waitFor();
      });
      await t.step(`selecting at ${view.width} px, ${view.theme}`, async () => {
        await page.getByRole("checkbox", { name: "Select all that are shown" }).check();
        const bar = page.getByRole("region", { name: "Act on the selected keys" });
        await bar.getByText("50 keys selected").waitFor();
        await bar.getByRole("button", { name: "Select all 1,000 that match" }).click();
        await bar.getByText("1,000 keys selected").waitFor();
        await page.getByRole("link", { name: "Next" }).click();
        await page.getByText("51 to 100 of 1,000").waitFor();
        assert.ok(await page.getByRole("checkbox", { name: "Select all that are shown" }).isChecked());
        await bar.getByRole("button", { name: "Clear selection" }).click();
        assert.equal(await bar.count(), 0);
      });
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);

browserTest(
  "a key shows its day and its hours, takes tags, and gives its place and name to another",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ key: KEYS[0]!, label: "build machine", tags: ["ci"] });
    for (let count = 0; count < 3; count++) await server.call();
    await ledger.flush();
    for (const view of VIEWS) {
      const { page, problems } = await ownerPage(browser, server.url, view);
      await t.step(`bars at ${view.width} px, ${view.theme}`, async () => {
        await open(page, `${server.url}/dashboard/keys`);
        await page.getByRole("img", { name: "build machine in 24 hours: 3 calls, 0 failed" }).waitFor();
        if (view.width > 600) {
          await page.getByRole("meter", {
            name: /^build machine today: 3 of .* requests of gemini-2.5-flash/,
          }).waitFor();
        }
      });
      await t.step(`tags of many at ${view.width} px, ${view.theme}`, async () => {
        await page.getByRole("checkbox", { name: "Select build machine" }).check();
        const bar = page.getByRole("region", { name: "Act on the selected keys" });
        await bar.getByRole("textbox", { name: "Tag for the selected keys" }).fill("night shift");
        await bar.getByRole("button", { name: "Add tag" }).click();
        await page.locator("tbody").getByText("night shift", { exact: true }).waitFor();
        await page.getByRole("button", { name: "Undo" }).click();
        await page.getByText("Add tag is undone").waitFor();
        assert.deepEqual((await admin.keys())[0]?.tags, ["ci"]);
      });
      await t.step(`replace at ${view.width} px, ${view.theme}`, async () => {
        await page.getByRole("button", { name: "build machine" }).click();
        const drawer = page.getByRole("dialog", { name: "Key build machine" });
        const field = drawer.getByLabel("The new API key");
        await field.fill("AIzaSyNOT_A_KEY_OF_ANYBODY_000000000000");
        await drawer.getByRole("button", { name: "Check and replace" }).click();
        await page.getByText(/Google does not know this API key/).waitFor();
        assert.notEqual(await field.inputValue(), "", "the field keeps what failed");
        await field.fill(KEYS[1]!);
        await drawer.getByRole("button", { name: "Check and replace" }).click();
        await page.getByText("build machine is …0002 now.").waitFor();
        await drawer.getByText("…0002", { exact: true }).waitFor();
        await page.getByRole("button", { name: "Undo" }).click();
        await page.getByText("build machine has its former key again.").waitFor();
        await drawer.getByText("…0001", { exact: true }).waitFor();
        assert.equal(await drawer.getByLabel("Priority").getAttribute("type"), "number");
      });
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);

browserTest("the list of keys is narrowed and turned without scripts", async (browser) => {
  const projects = manyProjects(60);
  await using server = await dashboardUnderTest({
    projects,
    keys: projects.flatMap((project) => project.keys),
  });
  const { page: signedIn } = await ownerPage(browser, server.url);
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await signedIn.context().storageState(),
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/dashboard/keys`);
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByText("51 to 60 of 60").waitFor();
  await page.getByLabel("Filter by name, project, tag or model").fill("0031");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("1 of 60 keys").waitFor();
});
