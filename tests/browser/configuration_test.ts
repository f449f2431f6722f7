import assert from "node:assert/strict";
import type { CredentialId } from "../../src/core/mod.ts";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest, OWNER_TOKEN } from "../support/dashboard_under_test.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest("a chain of fallbacks is made, put in another order and removed", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin } = server.proxy().services;
  await admin.addKeys({ keys: KEYS.slice(0, 2) });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/models`);
  const card = page.getByRole("region", { name: "Fallbacks" });
  const then = card.getByRole("combobox", { name: "Then, in this order" });
  await card.getByRole("combobox", { name: "Model", exact: true }).fill("gemini-2.5-pro");
  for (const model of ["gemini-2.5-flash", "gemini-2.5-flash-lite"]) {
    await then.fill(model);
    await then.press("Enter");
  }
  await card.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("gemini-2.5-pro is saved.").waitFor();
  assert.deepEqual((await admin.fallbacks())[0]?.to, ["gemini-2.5-flash", "gemini-2.5-flash-lite"]);
  await card.getByRole("button", { name: "Edit gemini-2.5-pro" }).click();
  await card.getByRole("button", { name: "Ask gemini-2.5-flash-lite earlier" }).click();
  await card.getByRole("button", { name: "Save" }).click();
  await card.getByRole("button", { name: "Add", exact: true }).waitFor();
  assert.deepEqual((await admin.fallbacks())[0]?.to, ["gemini-2.5-flash-lite", "gemini-2.5-flash"]);
  await card.getByRole("button", { name: "Remove gemini-2.5-pro" }).click();
  await page.getByText("gemini-2.5-pro is removed.").waitFor();
  assert.deepEqual(problems, []);
});

browserTest("models are ruled out by pattern, for all keys and for one", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin } = server.proxy().services;
  await admin.addKeys({ key: KEYS[0]!, label: "laptop" });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/models`);
  const rules = page.getByRole("region", { name: "Offered models" });
  await rules.getByRole("combobox", { name: "Never these" }).fill("gemini-2.0-*");
  await rules.getByRole("button", { name: "Save" }).click();
  await page.getByText("The rules are saved.").waitFor();
  const refused = await server.call("gemini-2.0-flash");
  assert.equal(refused.ok, false);
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByRole("button", { name: "laptop" }).click();
  await page.getByRole("textbox", { name: "Never these models" }).fill("*-pro, *-preview");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("laptop is saved.").waitFor();
  assert.deepEqual((await admin.keys())[0]?.denyModels, ["*-pro", "*-preview"]);
  assert.deepEqual(problems, []);
});

browserTest("keys that seem to share a project are put into one with a click", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin } = server.proxy().services;
  await admin.addKeys({ keys: KEYS.slice(0, 2) });
  const ids = (await admin.keys()).map((key) => key.id as CredentialId);
  const { page, problems } = await ownerPage(browser, server.url);
  // The evidence takes minutes of refusals to gather; here the answer of the server is given by the test.
  await page.route("**/api/pool", async (route) => {
    const body = await (await route.fetch()).json();
    const isTold = (await admin.keys()).every((key) => key.project !== null);
    const suggestion = { credentials: ids, evidence: "their limits reset together", confidence: 0.75 };
    await route.fulfill({ json: { ...body, suggestions: isTold ? [] : [suggestion] } });
  });
  await open(page, `${server.url}/dashboard/keys`);
  await page.locator("[data-connection=live]").waitFor();
  await admin.editKey(ids[0]!, { label: "first" });
  const card = page.getByRole("region", { name: "These keys seem to share a project" });
  await card.getByText("75 % sure").waitFor();
  await card.getByRole("button", { name: /^Confirm that/ }).click();
  await page.getByText("2 keys are in project-1 now.").waitFor();
  await card.waitFor({ state: "detached" });
  assert.deepEqual(
    (await server.proxy().services.admin.keys()).map((key) => key.project),
    ["project-1", "project-1"],
  );
  await page.unroute("**/api/pool");
  assert.deepEqual(problems, []);
});

browserTest("each client's use stands beside its budget", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin, ledger } = server.proxy().services;
  await admin.addKeys({ keys: KEYS.slice(0, 2) });
  const budget = { unit: "requests", limit: 10, period: "daily" } as const;
  const made = await admin.addClient({ name: "Ada's laptop", budget });
  assert.ok(made.ok);
  const call = (token: string) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "Hello" }] }),
    }).then((response) => response.arrayBuffer());
  for (let index = 0; index < 4; index++) await call(made.value.token);
  await call(OWNER_TOKEN);
  await ledger.flush();
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/quotas`);
  const card = page.getByRole("region", { name: "Who used it" });
  await card.getByRole("meter", { name: "Ada's laptop: 40 % of the budget used" }).waitFor();
  await card.getByText("4 of 10 requests, budget of the day").waitFor();
  await card.getByRole("meter", { name: "owner: 20 % of all requests" }).waitFor();
  await card.getByRole("button", { name: "By project" }).click();
  await card.getByRole("meter", { name: /of all requests/ }).first().waitFor();
  assert.deepEqual(problems, []);
});

browserTest("the owner's token is changed: the page goes on, the old one is refused", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/settings`);
  const card = page.getByRole("region", { name: "Owner's token" });
  await card.getByRole("button", { name: "Generate" }).click();
  const token = await card.getByRole("textbox", { name: "New token" }).inputValue();
  assert.match(token, /^[\w-]{32}$/);
  await card.getByRole("button", { name: "Change the token" }).click();
  await card.getByText("The token is changed.").waitFor();
  await card.getByText(token).waitFor();
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByText("No keys yet").waitFor();
  const ask = async (bearer: string) => {
    const response = await fetch(`${server.url}/api/settings`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await ask(OWNER_TOKEN), await ask(token)], [401, 200]);
  assert.deepEqual(problems, []);
});
