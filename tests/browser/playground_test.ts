import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { sampleProjects } from "../../src/sim/mod.ts";
import { browserTest, eventually, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";
import { VIEWS } from "../support/views.ts";

const KEYS = sampleProjects().flatMap((project) => project.keys);
/** A transparent one-pixel PNG. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
const DIALECTS = ["openai", "responses", "anthropic", "gemini"] as const;

browserTest(
  "the playground keeps the model of each answer, lays Markdown out, takes images, shows thinking, tokens and cost",
  async (browser, t) => {
    await using server = await dashboardUnderTest({ projects: sampleProjects(), keys: KEYS });
    await server.proxy().services.admin.checkAllKeys();
    for (const [index, view] of VIEWS.entries()) {
      const dialect = DIALECTS[index]!;
      await t.step(`${dialect} at ${view.width} px, ${view.theme}`, async () => {
        const { page, problems } = await ownerPage(browser, server.url, view);
        await open(page, `${server.url}/dashboard/playground?model=gemini-2.5-flash`);
        const log = page.getByRole("log");
        const message = page.getByRole("textbox", { name: "Message" });
        await page.getByLabel("Dialect").selectOption(dialect);
        await page.getByLabel("Show thinking").check();
        await page.getByLabel("Add images").setInputFiles({
          name: "dot.png",
          mimeType: "image/png",
          buffer: PIXEL,
        });
        await page.getByRole("img", { name: "dot.png" }).waitFor();
        await message.fill("Write **bold** <script>alert(1)</script>");
        await page.keyboard.press("Control+Enter");
        await log.getByText(/tokens in, .* out, .* thinking/).waitFor();
        await log.getByRole("img", { name: "Image 1" }).waitFor();
        await log.locator("strong", { hasText: "bold" }).first().waitFor();
        await log.getByText("Thinking", { exact: true }).click();
        await log.getByText("Considering the request").waitFor();
        await page.getByLabel("Model or alias").fill("gemini-2.5-flash-lite");
        await page.getByLabel("Show thinking").uncheck();
        await message.fill("And again.");
        await page.getByRole("button", { name: "Send" }).click();
        await log.getByText(/tokens in/).nth(1).waitFor();
        assert.deepEqual(
          await log.locator(":scope > div > p:first-child").allTextContents(),
          ["You", "gemini-2.5-flash", "You", "gemini-2.5-flash-lite"],
        );
        await log.getByText(/^about /).first().waitFor();
        assert.equal(await page.locator("[role=log] script").count(), 0);
        assert.equal(
          await page.evaluate(() =>
            document.documentElement.scrollWidth - document.documentElement.clientWidth
          ),
          0,
        );
        await log.getByRole("link", { name: "Details" }).first().click();
        await page.getByRole("dialog").waitFor();
        assert.deepEqual(problems, []);
        await page.context().close();
      });
    }
  },
);

browserTest("the playground has models to ask as soon as a key is there", async (browser) => {
  await using server = await dashboardUnderTest({ projects: sampleProjects() });
  const { page, problems } = await ownerPage(browser, server.url);
  await open(page, `${server.url}/dashboard/playground`);
  await page.getByText("No model can be asked before there is a key").waitFor();
  await page.locator("[data-connection=live]").waitFor();
  const { admin } = server.proxy().services;
  await admin.addKeys({ keys: KEYS.slice(0, 1) });
  await admin.putAlias("mine", "gemini-2.5-flash");
  await page.locator("#playground-models option[value=mine]").waitFor({ state: "attached" });
  await page.getByText("Ask something").waitFor();
  await eventually(async () => (await page.getByLabel("Model or alias").inputValue()).slice(0, 6), "gemini");
  assert.deepEqual(problems, []);
});
