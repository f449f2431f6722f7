import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sampleProjects, type SimProject } from "../../src/sim/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { DASHBOARD_PAGES } from "../support/dashboard_pages.ts";
import { dashboardUnderTest, OWNER_TOKEN } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

function banner(page: Page) {
  return page.getByRole("region", { name: "State of the proxy" });
}

/** The icon of the window, by its file. */
function icon(page: Page): Promise<string | null> {
  return page.locator("link[rel=icon]").getAttribute("href");
}

browserTest(
  "one model is out: banner, board, pill, title and icon say so, with a remedy",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    await server.proxy().services.admin.addKeys({ keys: KEYS });
    await server.call("gemini-2.5-flash");
    for (const { id } of sampleProjects()) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
    assert.equal((await server.call("gemini-2.5-pro")).status, 429);
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await banner(page).getByRole("heading", { name: "1 model is out" }).waitFor();
        await banner(page).getByText(/gemini-2\.5-pro is out until .*RPD.* models are served/).waitFor();
        assert.equal(await page.getByText("Nothing needs you").count(), 0);
        const row = page.locator("[data-model='gemini-2.5-pro']");
        await row.getByText(/^back .*\(\d+ (?:h|min|s)\b/).waitFor();
        await row.getByRole("link", { name: "Make an alias" }).waitFor();
        await open(page, `${server.url}/dashboard/settings`);
        await page.getByRole("link", { name: "State of the proxy: 1 model is out" }).waitFor();
        await page.waitForFunction(() => document.title === "1 model is out · Settings · GemiNitro");
        await eventually(() => icon(page), "/favicon-warn.svg");
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
    await t.step("a fallback is one press away, and can be taken back", async () => {
      const { page } = await ownerPage(browser, server.url);
      const row = page.locator("[data-model='gemini-2.5-pro']");
      await row.getByRole("button", { name: "Fall back to gemini-2.5-flash" }).click();
      await row.getByText("gemini-2.5-flash answers in its place").waitFor();
      assert.equal((await server.call("gemini-2.5-pro")).status, 200);
      await page.getByRole("button", { name: "Undo" }).click();
      await row.getByRole("button", { name: "Fall back to gemini-2.5-flash" }).waitFor();
      assert.equal((await server.call("gemini-2.5-pro")).status, 429);
    });
  },
);

browserTest("all is well: the pill, the title and the icon say that too", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page } = await ownerPage(browser, server.url);
  await page.getByRole("link", { name: "State of the proxy: All models served" }).waitFor();
  await page.getByText("Nothing needs you").waitFor();
  await eventually(async () => [await page.title(), await icon(page)], [
    "Overview · GemiNitro",
    "/favicon.svg",
  ]);
});

browserTest("after a restart the board shows what it showed before", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  for (let count = 0; count < 3; count++) await server.call("gemini-2.5-flash");
  const { page } = await ownerPage(browser, server.url);
  const row = page.locator("[data-model='gemini-2.5-flash']");
  await row.getByText(/^3 (of \d+ )?used/).waitFor();
  const before = await row.innerText();
  assert.match(before, new RegExp(`${KEYS.length} of ${KEYS.length} open`));
  await server.restart();
  await open(page, `${server.url}/dashboard`);
  // Also projects that nobody spent yet: without them a day would look used up that is not.
  assert.equal(await row.innerText(), before);
  await page.getByRole("listitem").filter({ hasText: "test-agent/1.0" }).getByText("3 calls").waitFor();
  const { page: phone } = await ownerPage(browser, server.url, VIEWS[1]);
  await phone.locator("[data-model='gemini-2.5-flash']").getByText(/^3 (of \d+ )?used/).waitFor();
});

browserTest("refused requests have rows, a colour, a count and a remedy", async (browser, t) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { admin, ledger } = server.proxy().services;
  await admin.addKeys({ keys: KEYS });
  assert.equal((await server.call("no-such-model", "curl/8.9")).status, 404);
  await server.call();
  await ledger.flush();
  for (const view of VIEWS) {
    await t.step(`${view.width} px, ${view.theme}`, async () => {
      const { page, problems } = await ownerPage(browser, server.url, view);
      await page.locator("dl > div").filter({ hasText: /^1.*refused, last hour$/ }).waitFor();
      await page.locator("dl > div").filter({ hasText: /^100 %.*answered, last hour$/ }).waitFor();
      await page.getByRole("img", { name: /1 refused, 1 answered, 0 failed$/ }).waitFor();
      await open(page, `${server.url}/dashboard/requests?class=refused`);
      const row = page.getByRole("row", { name: /refused 404/ });
      const [refused, answered] = await Promise.all([
        row.locator(".chip-refused").evaluate((chip) => getComputedStyle(chip).color),
        page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--bad")),
      ]);
      assert.notEqual(refused, answered);
      await row.click();
      await page.getByRole("dialog").getByText("Give the name to a model that you have, as an alias.")
        .waitFor();
      await page.getByRole("dialog").getByRole("link", { name: "Make an alias" }).click();
      await page.waitForURL(/\/dashboard\/models#names$/);
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }
});

const ONE_A_MINUTE: readonly SimProject[] = [
  { id: "slow", keys: [KEYS[0] ?? ""], limits: { "*": { rpm: 1 } } },
];

browserTest("Now shows a waiting call, why each key does not take it, and ends it", async (browser, t) => {
  for (const view of VIEWS) {
    await t.step(`${view.width} px, ${view.theme}`, async () => {
      await using server = await dashboardUnderTest({ projects: ONE_A_MINUTE });
      await server.proxy().services.admin.addKeys({ key: KEYS[0] ?? "", label: "the slow one" });
      await server.call();
      const { page, problems } = await ownerPage(browser, server.url, view);
      await open(page, `${server.url}/dashboard/now`);
      await page.getByText("No call is in flight").waitFor();
      const waiting = server.call("gemini-2.5-flash", "patient/1.0");
      const row = page.locator("[data-call]");
      await row.getByText("patient/1.0").waitFor();
      await row.getByText(/^waiting/).waitFor();
      await row.getByText(/^Waits .*(RPM|cooling)/).waitFor();
      await row.getByRole("button", { name: /^Why no key takes/ }).click();
      await row.getByRole("list", { name: "Why each key does not take it" }).getByText("the slow one", {
        exact: true,
      })
        .waitFor();
      await row.getByRole("button", { name: /^Cancel the call of patient/ }).click();
      await page.getByText("The call is cancelled.").waitFor();
      assert.notEqual((await waiting).status, 200);
      await page.getByText("No call is in flight").waitFor();
      const ended = page.getByRole("region", { name: "Just ended" }).getByRole("listitem");
      await ended.filter({ hasText: "test-agent/1.0" }).getByText("200").waitFor();
      await ended.filter({ hasText: "patient/1.0" }).getByRole("link").click();
      await page.getByRole("dialog", { name: /^Request / }).getByText("patient/1.0").waitFor();
      assert.deepEqual(problems, []);
      await page.context().close();
    });
  }
});

/** Begins a streamed call; its client leaves with the signal. */
function streamed(url: string, agent: string, signal: AbortSignal): Promise<void> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${OWNER_TOKEN}`,
      "content-type": "application/json",
      "user-agent": agent,
    },
    body: JSON.stringify({
      model: "gemini-2.5-flash",
      stream: true,
      messages: [{ role: "user", content: "Say hello." }],
    }),
    signal,
  }).then(async (response) => {
    for await (const _ of response.body ?? []);
  }).catch(() => {});
}

browserTest(
  "Now says that a call was tried again and streams; one whose client left is neither answered nor failed",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/now`);
        await page.locator("[data-connection=live]").waitFor();
        server.simulator.fault({ kind: "status", status: 503 });
        server.simulator.fault({ kind: "hang", after: 2, match: { nth: 2 } });
        const leaving = new AbortController();
        const answer = streamed(server.url, "leaver/1.0", leaving.signal);
        await page.locator("[data-call]").getByText(/^streaming, retry 1\b/).waitFor();
        leaving.abort();
        await answer;
        await page.getByText("No call is in flight").waitFor();
        await server.call();
        await ledger.flush();
        await open(page, `${server.url}/dashboard`);
        await page.getByText("requests in two seconds").waitFor();
        await page.getByRole("img", {
          name: /, \d left, \d answered, 0 failed$|: \d left, \d answered, 0 failed$/,
        })
          .waitFor();
        await page.locator("dl > div").filter({ hasText: /^100 %.*answered, last hour$/ }).waitFor();
        await open(page, `${server.url}/dashboard/requests?is=left`);
        const row = page.locator("tbody tr").first();
        await row.getByText(/left/).waitFor();
        assert.equal(await row.locator(".chip-bad").count(), 0);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);

/** How much wider than its window the page is, with everything that is hidden until one points at it. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

browserTest(
  "pages reflow at 320 px and at 200 % zoom; the status of a key is never cut",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { admin } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    await admin.putCap({ model: "gemini-2.5-flash", limit: 10 });
    for (let count = 0; count < 12; count++) {
      await server.call(
        count % 2 === 0 ? "gemini-2.5-pro" : undefined,
      );
    }
    await server.call("no-such-model-with-a-rather-long-name-that-nobody-has", "curl/8.9");
    const { page } = await ownerPage(browser, server.url);
    // 1280 px at 200 % are 640 CSS px.
    for (const width of [320, 640, 820]) {
      await page.setViewportSize({ width, height: 800 });
      for (const [name, path] of Object.entries(DASHBOARD_PAGES)) {
        await t.step(`${name} at ${width} px`, async () => {
          await open(page, server.url + path);
          assert.equal(await overflow(page), 0);
        });
      }
      await open(page, `${server.url}/dashboard/keys`);
      const cut = await page.locator("tbody .chip").evaluateAll((chips) =>
        chips.filter((chip) => {
          const cell = chip.closest("td");
          const box = chip.closest(".card");
          if (cell === null || box === null) return false;
          const { right, left } = chip.getBoundingClientRect();
          const within = (element: Element) => element.getBoundingClientRect();
          return right > within(cell).right || right > within(box).right || left < within(cell).left;
        }).length
      );
      assert.equal(cut, 0, `${cut} states of keys are cut at ${width} px`);
    }
  },
);

browserTest(
  "a request opens on a click anywhere in its row, has an address, and Back closes it",
  async (browser) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects() });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    await server.call("gemini-2.5-pro", "aider/0.92");
    await ledger.flush();
    for (const view of VIEWS) {
      const { page, problems } = await ownerPage(browser, server.url, view);
      await open(page, `${server.url}/dashboard/keys?status=active`);
      await open(page, `${server.url}/dashboard/requests?agent=aider`);
      await page.getByRole("cell", { name: "gemini-2.5-pro" }).click();
      const drawer = page.getByRole("dialog");
      await drawer.waitFor();
      assert.match(page.url(), /agent=aider&open=/);
      const address = page.url();
      await page.goBack();
      await drawer.waitFor({ state: "detached" });
      assert.match(page.url(), /requests\?agent=aider$/);
      await page.goForward();
      await drawer.waitFor();
      await page.keyboard.press("Escape");
      await drawer.waitFor({ state: "detached" });
      await page.waitForURL(/requests\?agent=aider$/);
      await open(page, address);
      await drawer.getByText("aider/0.92").waitFor();
      await drawer.getByRole("button", { name: "Close" }).click();
      await drawer.waitFor({ state: "detached" });
      assert.match(page.url(), /requests\?agent=aider$/);
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);

browserTest("a revoked token comes back by Undo; clients made elsewhere appear", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  const { admin } = server.proxy().services;
  for (const view of VIEWS) {
    const name = `laptop ${view.width}`;
    const made = await admin.addClient({ name });
    assert.ok(made.ok);
    const { page, problems } = await ownerPage(browser, server.url, view);
    await open(page, `${server.url}/dashboard/settings`);
    const row = page.getByRole("listitem").filter({ hasText: name });
    await row.getByRole("button", { name: "Revoke" }).click();
    await row.getByText("revoked").waitFor();
    assert.equal(admin.authenticate(made.value.token), undefined);
    await page.getByRole("button", { name: "Undo" }).click();
    await row.getByRole("button", { name: "Revoke" }).waitFor();
    assert.equal(admin.authenticate(made.value.token)?.name, name);
    await admin.addClient({ name: `made elsewhere ${view.width}` });
    await page.getByText(`made elsewhere ${view.width}`).waitFor();
    assert.deepEqual(problems, []);
    await page.context().close();
  }
});

browserTest("the sign-in names the default token only while it is the one", async (browser) => {
  await using changed = await dashboardUnderTest({ projects: sampleProjects() });
  const page = await browser.newPage();
  await page.goto(`${changed.url}/dashboard/login`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await page.getByText("geminitro”").count(), 0);
  await using fresh = await dashboardUnderTest({
    projects: sampleProjects(),
    env: { PROXY_API_KEY: "geminitro" },
  });
  await page.goto(`${fresh.url}/dashboard/login`);
  await page.getByText("The token is “geminitro”.").waitFor();
});

browserTest("filters outlive a reload, on every page that has some", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  server.proxy().services.ledger.log("warn", "server", "A line to look for");
  for (const view of VIEWS) {
    const { page } = await ownerPage(browser, server.url, view);
    for (const name of ["keys", "logs", "quotas", "requests"]) {
      await open(page, `${server.url}/dashboard/${name}`);
      const field = page.locator("main input[type=search]").first();
      await field.fill("look for");
      await page.waitForFunction(() => location.search.includes("look"));
      await page.reload();
      await page.locator("html[data-ready]").waitFor();
      await eventually(() => field.inputValue(), "look for");
    }
    await page.context().close();
  }
});

browserTest(
  "a thousand log lines are few rows, which stay as they are when a line comes",
  async (browser) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { ledger } = server.proxy().services;
    const { page } = await ownerPage(browser, server.url);
    await open(page, `${server.url}/dashboard/logs`);
    await page.locator("[data-connection=live]").waitFor();
    // More than the stream of events carries at once: the page reads again what was left out.
    for (let line = 0; line < 900; line++) ledger.log("info", "server", `Line number ${line}`);
    await page.getByText("Line number 899", { exact: true }).waitFor();
    const rows = page.getByRole("log").locator("li");
    assert.ok(await rows.count() <= 150, `${await rows.count()} rows are in the page`);
    // A row that is drawn again would lose this mark; one that is only kept does not.
    await page.getByText("Line number 890", { exact: true }).evaluate((row) =>
      row.setAttribute("data-mark", "")
    );
    ledger.log("info", "server", "One more");
    await page.getByText("One more", { exact: true }).waitFor();
    assert.equal(await page.getByText("Line number 890", { exact: true }).getAttribute("data-mark"), "");
  },
);

browserTest("a message covers no button of the page on a wide screen", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  const { page } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/keys`);
  await page.getByRole("button", { name: "…0001" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Check now" }).click();
  const message = page.getByText(/works: \d+ models/);
  await message.waitFor();
  const covered = await page.evaluate(() => {
    const toast = document.querySelector("[popover]")?.getBoundingClientRect();
    if (toast === undefined) throw new Error("There is no message.");
    return [...document.querySelectorAll("main :is(button, a, input), dialog button, nav a")].filter(
      (one) => {
        const box = one.getBoundingClientRect();
        return one.closest("[popover]") === null && box.width > 0 && box.left < toast.right &&
          box.right > toast.left && box.top < toast.bottom &&
          box.bottom > toast.top;
      },
    ).map((one) => one.textContent);
  });
  assert.deepEqual(covered, []);
});

browserTest("agents and keys keep their places while calls come", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  await server.proxy().services.admin.addKeys({ keys: KEYS });
  for (const agent of ["alpha/1", "beta/1", "gamma/1"]) await server.call("gemini-2.5-flash", agent);
  const { page } = await ownerPage(browser, server.url);
  const order = async () => [
    await page.getByRole("region", { name: "Agents at work" }).locator("li p:first-child").allTextContents(),
    await page.getByRole("region", { name: "Keys at a glance" }).locator("li a").allTextContents(),
  ];
  await page.getByText("gamma/1").waitFor();
  const before = await order();
  for (const agent of ["beta/1", "alpha/1", "alpha/1"]) await server.call("gemini-2.5-flash", agent);
  await page.getByRole("region", { name: "Agents at work" }).locator("li", { hasText: "alpha/1" })
    .getByText("3 calls").waitFor();
  const names = (rows: readonly string[][]) =>
    rows.map((row) => row.filter((one) => !/call|ago|now/.test(one)));
  await eventually(async () => names(await order()), names(before));
});
