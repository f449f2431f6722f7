import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { MovedClock } from "../support/moved_clock.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
const BEFORE_MS = 90 * 60_000;
/** Names that a sheet would take for a formula, or for several cells and lines. */
const FORMULA = '=HYPERLINK("http://127.0.0.1:9"),2';

/** The rows of a file as a sheet opens it (RFC 4180). */
function sheet(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== "," && end !== "") rows.push([]);
    if (end === "") break;
  }
  return rows.filter((row) => row.length > 1);
}

browserTest(
  "Usage stands beside the span before, and its file opens in a sheet as it is meant",
  async (browser, t) => {
    const clock = new MovedClock(-BEFORE_MS);
    await using server = await dashboardUnderTest({ projects: sampleProjects(), clock });
    const { admin, ledger } = server.proxy().services;
    await admin.addKeys({ keys: KEYS });
    const made = await admin.addClient({ name: FORMULA });
    assert.ok(made.ok);
    const { token } = made.value;
    for (let calls = 0; calls < 2; calls++) await server.call("gemini-2.5-flash", "a/1", token);
    await ledger.flush();
    clock.move(BEFORE_MS);
    for (let calls = 0; calls < 3; calls++) await server.call("gemini-2.5-flash", "a/1", token);
    await server.call("gemini-2.5-flash-lite");
    await ledger.flush();
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/usage?range=1h`);
        const row = page.getByRole("row", { name: /^Requests of gemini-2\.5-flash / });
        if (view.width > 600) {
          await row.and(page.getByRole("row", { name: / 3 2 \+50 %$/ })).waitFor();
        } else await row.getByText("before 2, +50 %").waitFor();
        await page.getByRole("row", { name: /^Requests of gemini-2\.5-flash-lite .*1/ }).waitFor();
        await open(page, `${server.url}/dashboard/usage?range=1h&by=client`);
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "CSV" }).click(),
        ]);
        const [head = [], ...rows] = sheet(await Deno.readTextFile(await file.path()));
        assert.deepEqual(head, ["time", `'${FORMULA}`, "owner"]);
        assert.ok(rows.length > 0);
        for (const row of rows) {
          assert.equal(row.length, head.length);
          assert.equal(new Date(row[0] ?? "").toISOString(), row[0]);
        }
        const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
        assert.deepEqual([sum(1), sum(2)], [3, 1]);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);
