import assert from "node:assert/strict";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { removeFolder } from "../support/remove_folder.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);

browserTest(
  "the wizard shows what it would write for an agent, and then writes exactly that",
  async (browser) => {
    const userHome = await Deno.makeTempDir({ prefix: "geminitro-home-" });
    const config = `${userHome}/.config/opencode/opencode.json`;
    await Deno.mkdir(`${userHome}/.config/opencode`, { recursive: true });
    await Deno.writeTextFile(config, '{\n  "theme": "mine"\n}\n');
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS, userHome });
    const { page, problems } = await ownerPage(browser, server.url);
    await open(page, `${server.url}/dashboard/setup`);
    await page.getByRole("button", { name: "Agents" }).click();
    await page.getByRole("heading", { name: "Step 3 of 4: Agents" }).waitFor();
    for (const box of await page.getByRole("checkbox", { checked: true }).all()) await box.uncheck();
    await page.getByRole("checkbox", { name: /opencode/i }).check();
    await page.getByRole("button", { name: "Show the changes" }).click();
    const diff = page.locator("pre");
    await diff.getByText("geminitro").first().waitFor();
    assert.match(await diff.innerText(), /^\+/m);
    assert.equal(await Deno.readTextFile(config), '{\n  "theme": "mine"\n}\n', "it was only asked");
    await page.getByRole("button", { name: "Make the changes" }).click();
    await page.getByText("1 agent is set up.").waitFor();
    await page.getByRole("listitem").filter({ hasText: /opencode/i }).getByText("set up").first().waitFor();
    const written = await Deno.readTextFile(config);
    assert.match(written, /geminitro/);
    assert.match(written, /"theme": "mine"/);
    assert.deepEqual(problems, []);
    await removeFolder(userHome);
  },
);
