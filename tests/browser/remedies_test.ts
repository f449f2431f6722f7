import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys).slice(0, 2);
const LITE = "gemini-2.5-flash-lite";

/** A refusal that names no limit: the key rests for that model. */
async function ambiguous(server: DashboardUnderTest): Promise<void> {
  const end = server.simulator.fault({
    kind: "status",
    status: 429,
    body: "slow down",
    times: Infinity,
    match: { model: LITE },
  });
  assert.equal((await server.call(LITE)).ok, false);
  end();
}

async function liftCase(page: Page, server: DashboardUnderTest): Promise<void> {
  const { admin } = server.proxy().services;
  const resting = async () => (await admin.keys()).flatMap(({ cooldowns }) => cooldowns).length;
  assert.ok(await resting() > 0);
  const group = page.locator("[data-reason=ambiguous_429]");
  await group.getByText("Lets 2 keys be asked again before the time is over.").waitFor();
  await group.getByRole("button", { name: "Lift cooldowns" }).click();
  await group.getByText("2 keys may be asked again.").waitFor();
  assert.equal(await resting(), 0);
}

async function offCase(page: Page, server: DashboardUnderTest): Promise<void> {
  const states = async () => (await server.proxy().services.admin.keys()).map(({ status }) => status);
  const group = page.locator("[data-reason=unknown]");
  await group.getByText("Asks 2 keys no more until you switch on again.").waitFor();
  await group.getByRole("button", { name: "Switch off" }).click();
  await group.getByText("2 keys are off.").waitFor();
  assert.deepEqual(await states(), ["disabled", "disabled"]);
  await group.getByRole("button", { name: "Undo" }).click();
  await group.getByText("It is as it was before.").waitFor();
  await eventually(states, ["active", "active"]);
}

async function raiseCase(page: Page, server: DashboardUnderTest): Promise<void> {
  const limits = async () =>
    (await server.proxy().services.admin.clients()).map(({ budget }) => budget?.limit);
  const group = page.locator("[data-reason=refused]");
  await group.getByText("Raises what ci may use from 2 to 3 (requests daily).").waitFor();
  await group.getByRole("button", { name: "Raise the limit" }).click();
  await group.getByText("ci may use 3 now.").waitFor();
  assert.deepEqual(await limits(), [3]);
  await group.getByRole("button", { name: "Undo" }).click();
  await group.getByText("It is as it was before.").waitFor();
  assert.deepEqual(await limits(), [2]);
}

browserTest(
  "one press lifts a cooldown, switches a key off, raises a client's limit, and says what it did",
  async (browser, t) => {
    // Time stands still: a cooldown ends by the press alone, however slow the machine is.
    const began = Date.now();
    const clock = { now: () => began, after: systemClock.after.bind(systemClock) };
    await using server = await dashboardUnderTest({
      projects: sampleProjects(),
      env: { QUEUE_MAX_WAIT: "0" },
      clock,
    });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    const made = await admin.addClient({
      name: "ci",
      budget: { unit: "requests", limit: 2, period: "daily" },
    });
    assert.ok(made.ok);
    for (const status of [200, 200, 429]) {
      assert.equal((await server.call(undefined, "ci/1", made.value.token)).status, status);
    }
    server.simulator.fault({
      kind: "status",
      status: 418,
      body: "teapot",
      match: { model: "gemini-2.5-pro" },
      times: 4,
    });
    assert.equal((await server.call("gemini-2.5-pro")).ok, false);
    server.simulator.clearFaults();
    for (const { id } of await admin.keys()) await admin.liftCooldown(id);
    for (const view of VIEWS) {
      await ambiguous(server);
      await ledger.flush();
      const { page, problems } = await ownerPage(browser, server.url, view);
      await open(page, `${server.url}/dashboard/problems`);
      const name = `${view.width} px, ${view.theme}`;
      await t.step(`lift: ${name}`, () => liftCase(page, server));
      await t.step(`switch off: ${name}`, () => offCase(page, server));
      await t.step(`raise: ${name}`, () => raiseCase(page, server));
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);
