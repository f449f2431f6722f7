import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest(
  "Models says what each can do, costs, has left and takes; a name for nobody is marked",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    const { admin, store, ledger } = server.proxy().services;
    await admin.checkAllKeys();
    for (let calls = 0; calls < 3; calls++) await server.call("gemini-2.5-flash");
    await ledger.flush();
    await admin.putAlias("fast", "gemini-2.5-flash");
    // An alias of a model that is gone stays; nobody can make a new one.
    await store.aliases.put({ name: "old", target: "gemini-1.0-gone" });
    for (const view of VIEWS) {
      await t.step(`${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/models?q=gemini-2.5-flash`);
        const row = page.getByRole("row").filter({
          has: page.getByRole("rowheader", { name: /^gemini-2\.5-flash\b(?!-)/ }),
        });
        await row.getByText("thinking, images, audio, video, files, caching").waitFor();
        await row.getByText("$0.30 / $2.50").waitFor();
        await row.getByText("1M / 65.5K").waitFor();
        await row.getByText(/first token/).waitFor();
        await row.getByText("5 of 5 keys").click();
        await row.getByText("…0001: serves it").waitFor();
        const aliases = page.getByRole("region", { name: "Aliases" });
        await aliases.getByRole("listitem").filter({ hasText: "old" }).getByText("nobody serves it")
          .waitFor();
        assert.equal(await aliases.getByText("nobody serves it").count(), 1);
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);
