import assert from "node:assert/strict";
import { serveOAuthSimulator } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { settingsFor } from "../e2e/oauth_fixture.ts";
import { browserTest, open, ownerPage } from "../support/browser.ts";
import { dashboardUnderTest } from "../support/dashboard_under_test.ts";

const ADA = "ada@example.com";
const BOB = "bob@example.com";
const EVE = "eve@example.com";
const UMA = "uma@example.com";

browserTest(
  "the Keys page says where each account stands, why, and what is left of each and of all",
  async (browser) => {
    const google = serveOAuthSimulator({ clock: systemClock });
    await using _google = { [Symbol.asyncDispose]: () => google.close() };
    const { GEMINITRO_KV: _kv, GEMINITRO_HOME: _home, ...env } = settingsFor(google);
    await using server = await dashboardUnderTest({ projects: [], env });
    const { control } = google;
    control.account(EVE).tier = "validation_required";
    control.account(UMA).tier = "unsupported_location";
    control.account(ADA).quotas.gemini["5h"].fraction = 0.25;
    const { oauth } = server.proxy().services;
    for (const email of [ADA, BOB, EVE, UMA]) {
      const refreshToken = control.issueRefreshToken(email);
      const added = await oauth.addRefreshToken({ provider: "antigravity", refreshToken, confirmed: true });
      assert.ok(added.ok, JSON.stringify(added));
    }
    const { page, problems } = await ownerPage(browser, server.url);
    await open(page, `${server.url}/dashboard/keys`);
    const card = page.getByRole("region", { name: "Google accounts" });
    const row = (email: string) => card.getByRole("listitem").filter({ hasText: email });

    await row(ADA).getByText("Ready").waitFor();
    await row(ADA).getByText("25 %").waitFor();
    await row(EVE).getByText("Needs verification").waitFor();
    await row(EVE).getByText(/Google wants the owner of this account to verify it/).waitFor();
    assert.equal(
      await row(EVE).getByRole("link").getAttribute("href"),
      "https://accounts.example.com/verify?flow=1",
    );
    // The code is drawn in the page, under its content security policy.
    const code = row(EVE).getByRole("img", { name: /QR code/ });
    await code.waitFor();
    assert.ok((await code.locator("path").getAttribute("d") ?? "").length > 1_000);
    await row(UMA).getByText("Refused").waitFor();
    await row(UMA).getByText(/does not offer this service in the place/).waitFor();
    await row(UMA).getByText(/a change at Google helps/).waitFor();

    const together = card.getByRole("region", { name: "Left over all accounts that can serve" });
    await together.getByText("1.3 of 2").or(together.getByText("1.2 of 2")).waitFor();
    control.account(ADA).quotas.gemini["5h"].fraction = 1;
    await card.getByRole("button", { name: "Ask Google for quotas now" }).click();
    await together.getByText("2.0 of 2").first().waitFor();
    await row(ADA).getByText("25 %").waitFor({ state: "detached" });

    await card.getByText(/Files, caches, batches, embeddings and the Live API need an API key/).waitFor();
    // One row a model; what accounts call it stands with it.
    await open(page, `${server.url}/dashboard/models`);
    const model = page.getByRole("row").filter({ hasText: "Also listed as gemini-3.6-flash-high" });
    await model.waitFor();
    assert.equal(await model.count(), 1);
    assert.match(await model.getByRole("rowheader").innerText(), /^gemini-3\.6-flash\b(?!-)/);
    assert.deepEqual(problems, []);
  },
);
