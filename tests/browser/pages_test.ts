import assert from "node:assert/strict";
import type { Page, Response as PageResponse } from "playwright-core";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { DASHBOARD_OPENED, DASHBOARD_PAGES } from "../support/dashboard_pages.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
const AXE = new URL(import.meta.resolve("axe-core")).pathname.replace(/axe\.js$/, "axe.min.js");

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function axe(page: Page): Promise<readonly Finding[]> {
  await page.evaluate(await Deno.readTextFile(AXE));
  const run = () =>
    (globalThis as unknown as { axe: { run(options: unknown): Promise<{ violations: Finding[] }> } }).axe.run(
      {
        resultTypes: ["violations"],
      },
    );
  return (await page.evaluate(run)).violations;
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What can be focused on the page and then looks as before: no outline of its own or of its label, or one that is cut off. */
async function unseenFocus(page: Page): Promise<readonly string[]> {
  // From the first key on, the focus is that of a keyboard.
  await page.keyboard.press("Shift");
  return await page.evaluate(() => {
    const root = document.querySelector("dialog[open]") ?? document;
    const all = root.querySelectorAll<HTMLElement>(
      "a[href], button, input, select, textarea, summary, [tabindex]",
    );
    const outlined = (element: Element) => {
      const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(element);
      const isDrawn = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 &&
        !/[,/] ?0\)$/.test(outlineColor);
      return isDrawn ? parseFloat(outlineOffset) + parseFloat(outlineWidth) : undefined;
    };
    // A box that cuts what is outside of it leaves at least two sides of the outline.
    const sides = (element: Element, reach: number) => {
      const own = element.getBoundingClientRect();
      let cut = [false, false, false, false];
      for (let box = element.parentElement; box !== null; box = box.parentElement) {
        if (!/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflow)) continue;
        const { left, top, right, bottom } = box.getBoundingClientRect();
        const now = [
          own.left - reach < left,
          own.top - reach < top,
          own.right + reach > right,
          own.bottom + reach > bottom,
        ];
        cut = cut.map((was, side) => was || now[side]!);
      }
      return cut.filter((one) => !one).length;
    };
    return [...all].filter((element) => {
      if (
        !element.checkVisibility({ visibilityProperty: true }) ||
        element.matches("[tabindex='-1'], :disabled")
      ) return false;
      element.focus();
      if (document.activeElement !== element) return false;
      for (const shown of [element, element.closest("label, summary, li, td")]) {
        const reach = shown === null ? undefined : outlined(shown);
        if (reach !== undefined && sides(shown!, reach) >= 2) return false;
      }
      return true;
    }).map((element) => element.outerHTML.slice(0, 160));
  });
}

/** The pages, what opens on them by an address, and the drawers of one key, request and cell of the quota board. */
async function everything(server: DashboardUnderTest): Promise<Readonly<Record<string, string>>> {
  const { admin } = server.proxy().services;
  const [key] = await admin.keys();
  const page = await admin.requests({}, { limit: 1 });
  const request = page.ok ? page.value.items[0] : undefined;
  const [cell] = (await admin.board("")).cells;
  assert.ok(key && request && cell);
  return {
    ...DASHBOARD_PAGES,
    ...DASHBOARD_OPENED,
    "key-drawer": `/dashboard/keys?focus=${key.id}`,
    "request-drawer": `/dashboard/requests?open=${request.id}`,
    "cell-drawer": `/dashboard/quotas?cell=${encodeURIComponent(cell.bucket)}`,
  };
}

browserTest(
  "everything is accessible in both themes, fits its window and asks no other host",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { admin, ledger } = server.proxy().services;
    await admin.putCap({ model: "gemini-2.5-flash", limit: 10 });
    await admin.putFallback("gemini-2.5-pro", ["gemini-2.5-flash"]);
    for (let index = 0; index < 9; index++) await server.call();
    server.simulator.key(KEYS[4]!, "suspended");
    await admin.checkAllKeys();
    await ledger.flush();
    const all = await everything(server);
    for (const view of VIEWS) {
      const { page, problems } = await ownerPage(browser, server.url, view);
      for (const [name, path] of Object.entries(all)) {
        await t.step(`${name} at ${view.width} px, ${view.theme}`, async () => {
          await open(page, server.url + path);
          const found = (await axe(page)).map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
          assert.deepEqual(found, []);
          assert.equal(await overflow(page), 0, "the page is wider than its window");
          assert.deepEqual(await unseenFocus(page), []);
        });
      }
      assert.deepEqual(problems, []);
      await page.context().close();
    }
  },
);

browserTest("the sign-in page is accessible and refuses a wrong token", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const page = await browser.newPage();
  await page.goto(`${server.url}/dashboard/keys`);
  assert.match(page.url(), /\/dashboard\/login\?next=%2Fdashboard%2Fkeys$/);
  assert.deepEqual((await axe(page)).map(({ id }) => id), []);
  await page.getByLabel("Owner's token").fill("a guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("That is not the owner's token.").waitFor();
});

browserTest("the first page sends at most 30 kB of compressed script and none inline", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
  const { page, problems } = await ownerPage(browser, server.url);
  // What still comes for the page that the sign-in led to is not counted, nor cut off by going on.
  await page.locator("html[data-ready]").waitFor();
  const scripts: Promise<number>[] = [];
  const measured = async (response: PageResponse): Promise<number> => {
    const script = await response.body().catch(() => undefined);
    // What the page was left for while it came is not this page's.
    if (script === undefined) return 0;
    const body = new Blob([new Uint8Array(script)]).stream().pipeThrough(new CompressionStream("gzip"));
    return (await new Response(body).arrayBuffer()).byteLength;
  };
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) scripts.push(measured(response));
  });
  await open(page, `${server.url}/dashboard`);
  await page.locator("[data-connection=live]").waitFor();
  const bytes = (await Promise.all(scripts)).reduce((sum, one) => sum + one, 0);
  assert.ok(bytes > 5_000, "the scripts were not measured");
  assert.ok(bytes <= 30_000, `the first page sends ${bytes} bytes of script`);
  const inline = await page.locator("script:not([src]):not([type='application/json'])").count();
  assert.equal(inline, 0);
  const html = await (await page.request.get(`${server.url}/dashboard/keys`)).text();
  for (const key of KEYS) assert.ok(!html.includes(key), "a secret is in the page");
  assert.deepEqual(problems, []);
});
