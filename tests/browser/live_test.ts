import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest("the wizard leads from a pasted key to the first answer, by keyboard alone", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/setup`);
  const press = async (name: string | RegExp) => {
    const button = page.getByRole("button", { name });
    for (let tabs = 0; tabs < 60; tabs++) {
      if (await button.evaluate((element) => element === document.activeElement)) {
        return await page.keyboard.press("Enter");
      }
      await page.keyboard.press("Tab");
    }
    throw new Error(`The button ${name} cannot be reached by keyboard.`);
  };
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await page.evaluate(() => document.activeElement?.tagName === "TEXTAREA")) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.insertText(KEYS[0]!);
  await press("Add 1 key");
  await page.getByText("1 key is added.").waitFor();
  await press("Next");
  await page.getByRole("heading", { name: "Step 2 of 4: Models" }).waitFor();
  await page.getByRole("rowheader", { name: /^gemini-2\.5-flash( |$)/ }).waitFor();
  await press("Next");
  await press("Next");
  await page.getByRole("heading", { name: "Step 4 of 4: First answer" }).waitFor();
  await page.getByRole("status").getByText(/answered through the proxy in .*: all is ready/).waitFor();
  assert.deepEqual(problems, []);
});

browserTest("traffic, requests and logs move with each call, without a reload", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  await t.step("overview", async () => {
    await page.locator("[data-connection=live]").waitFor();
    await server.call("gemini-2.5-flash", "opencode/1.14");
    await page.getByRole("img", { name: /1 answered, 0 failed$/ }).waitFor();
    await page.getByText("opencode/1.14").waitFor();
  });
  await t.step("requests, with the attempts in a drawer", async () => {
    await open(page, `${server.url}/dashboard/requests`);
    await page.locator("[data-connection=live]").waitFor();
    await server.call("gemini-2.5-pro", "aider/0.92");
    await page.getByRole("cell", { name: "aider/0.92" }).waitFor();
    await page.getByRole("row", { name: /aider/ }).getByRole("button").click();
    await page.getByRole("dialog").getByText("gemini-2.5-pro").first().waitFor();
    await page.getByRole("dialog").getByText(/^1\. /).waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("Model", { exact: true }).selectOption("gemini-2.5-pro");
    await page.getByRole("cell", { name: "opencode/1.14" }).waitFor({ state: "detached" });
    // The totals are those of the filter, not of all.
    await page.locator("dl > div").filter({ hasText: /^1requests$/ }).waitFor();
    assert.match(page.url(), /model=gemini-2\.5-pro/);
  });
  await t.step("logs", async () => {
    await open(page, `${server.url}/dashboard/logs`);
    await page.locator("[data-connection=live]").waitFor();
    server.proxy().services.ledger.log("warn", "server", "A line for the dashboard");
    await page.getByText("A line for the dashboard").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    server.proxy().services.ledger.log("warn", "server", "A line that waits");
    await page.getByRole("button", { name: "Go on (1 new)" }).click();
    await page.getByText("A line that waits").waitFor();
  });
  await t.step("flow", async () => {
    await open(page, `${server.url}/dashboard/flow`);
    await page.locator("svg text", { hasText: "opencode/1.14" }).waitFor();
  });
  assert.deepEqual(problems, []);
});

browserTest("a call is sent again on another model, and both stand side by side", async (browser) => {
  const env = { LOG_BODIES: "true" };
  await using server = await dashboardUnderTest({ projects: sampleProjects(), env });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  await server.call("gemini-2.5-pro", "aider/0.92");
  await server.proxy().services.ledger.flush();
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/requests`);
  await page.getByRole("row", { name: /aider/ }).getByRole("button").click();
  const drawer = page.getByRole("dialog");
  await drawer.getByText("What was sent").click();
  await drawer.getByRole("group", { name: "What was sent" }).getByText("Say hello.").waitFor();
  await drawer.getByRole("combobox", { name: "Model" }).selectOption("gemini-2.5-flash");
  await drawer.getByRole("button", { name: "Send again" }).click();
  const both = drawer.getByRole("table", { name: "This call and its repetition" });
  await both.getByRole("row", { name: "Served by gemini-2.5-pro gemini-2.5-flash" }).waitFor();
  await drawer.getByRole("group", { name: "What was answered, Now" }).getByText("choices").waitFor();
  assert.deepEqual(problems, []);
});

browserTest("without LOG_BODIES a call cannot be sent again, and the drawer says why", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  await server.call();
  await server.proxy().services.ledger.flush();
  const { page } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/requests`);
  await page.getByRole("row", { name: /test-agent/ }).getByRole("button").click();
  await page.getByText("With LOG_BODIES=true the bodies of new requests are kept.").waitFor();
  await eventually(() => page.getByRole("button", { name: "Send again" }).isDisabled(), true);
});

browserTest("a page outlives a restart of the server and is live again by itself", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page } = await ownerPage(browser, server.url);
  await page.locator("[data-connection=live]").waitFor();
  await server.restart();
  await server.call("gemini-2.5-flash", "after-restart/1");
  await page.locator("[data-connection=live]").waitFor();
  await page.getByText("after-restart/1").waitFor();
});

browserTest("a cap is made, crosses its threshold while one looks, and is removed", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/quotas`);
  await page.getByRole("button", { name: "Add a cap" }).click();
  await page.getByLabel("What it limits").fill("gemini-2.5-flash");
  await page.getByLabel("Limit", { exact: true }).fill("4");
  await page.getByLabel("Warn at (%)").fill("50");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("The cap of gemini-2.5-flash is saved.").waitFor();
  for (let index = 0; index < 3; index++) await server.call();
  await page.getByRole("meter", { name: "gemini-2.5-flash: 3 / 4" }).waitFor();
  await open(page, `${server.url}/dashboard`);
  await page.getByText("The cap of gemini-2.5-flash is near").waitFor();
  await open(page, `${server.url}/dashboard/quotas`);
  await page.getByRole("button", { name: "Remove gemini-2.5-flash" }).click();
  await page.getByText("The cap of gemini-2.5-flash is removed.").waitFor();
  assert.deepEqual(problems, []);
});

browserTest("the playground answers in every dialect, streamed and whole", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  for (const dialect of ["openai", "responses", "anthropic", "gemini"]) {
    for (const stream of [true, false]) {
      await t.step(`${dialect}, ${stream ? "streamed" : "whole"}`, async () => {
        await open(page, `${server.url}/dashboard/playground?model=gemini-2.5-flash`);
        await page.getByLabel("Dialect").selectOption(dialect);
        await page.getByLabel("Stream").setChecked(stream);
        await page.getByRole("textbox", { name: "Message" }).fill("Say hello.");
        await page.keyboard.press("Control+Enter");
        await page.getByText(/^by .*ms$/).waitFor();
        const said = await page.getByRole("log").locator("p").last().textContent();
        assert.ok((said ?? "").length > 3);
        assert.equal(await page.getByRole("alert").count(), 0);
      });
    }
  }
  assert.deepEqual(problems, []);
});

browserTest("the palette, the shortcuts and the theme are at hand and kept", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  await page.locator("html[data-ready]").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("dark th");
  await page.keyboard.press("Enter");
  await eventually(() => page.evaluate(() => document.documentElement.dataset["theme"]), "dark");
  await page.getByLabel("Appearance").click();
  await page.getByRole("button", { name: "Moss" }).click();
  await page.reload();
  await page.locator("html[data-ready]").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await eventually(() => page.evaluate(() => document.activeElement?.id), "content");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("switch 0001 off");
  await page.getByRole("option", { name: /^Switch …0001 off/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Switch …0001 off: done.").waitFor();
  const keys = await server.proxy().services.admin.keys();
  assert.deepEqual(keys.filter((key) => key.status === "disabled").map((key) => key.tail), ["...0001"]);
  const { theme, palette } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  assert.deepEqual([theme, palette], ["dark", "moss"]);
  // Sent at once, as the two belong together for 1.5 s only.
  await Promise.all([page.keyboard.press("g"), page.keyboard.press("k")]);
  await page.waitForURL(/\/dashboard\/keys$/);
  await page.locator("html[data-ready]").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/dashboard\/login$/);
  await page.goto(`${server.url}/dashboard`);
  assert.match(page.url(), /\/login/);
  assert.deepEqual(problems, []);
});
