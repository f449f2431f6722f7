import assert from "node:assert/strict";
import { join } from "node:path";
import { type LoginCase, withGoogle } from "./with_google.ts";

const NAMES = ["ada", "bob", "eve", "uma", "noah"] as const;
const mail = (name: string) => `${name}@example.com`;

/** Accounts in one state each: ada and bob ready, eve to be verified, uma refused, noah not set up. */
async function takeAccounts({ cli, google, env }: LoginCase): Promise<void> {
  const { control } = google;
  control.account(mail("eve")).tier = "validation_required";
  control.account(mail("uma")).tier = "unsupported_location";
  const noah = control.account(mail("noah"));
  noah.tier = "not_onboarded";
  for (const host of ["daily", "prod"]) noah.onboardFaults[host] = "Precondition check failed.";
  control.account(mail("ada")).quotas.gemini["5h"].fraction = 0.25;
  control.account(mail("bob")).quotas.gemini["5h"].fraction = undefined;
  const file = join(cli.folder, "accounts.json");
  const accounts = NAMES.map((name) => ({
    type: "antigravity",
    email: mail(name),
    refresh_token: control.issueRefreshToken(mail(name)),
  }));
  await Deno.writeTextFile(file, JSON.stringify(accounts));
  await cli.run(["login", "--import", file, "--yes"], { env });
}

Deno.test("accounts in every state: list, doctor, quotas, on and off, without a server and beside one", () =>
  withGoogle(async (test) => {
    const { cli, google, env } = test;
    await takeAccounts(test);
    const good = (...words: string[]) => cli.good(words, { env });

    const list = await good("account", "list");
    for (
      const [name, state] of [
        ["ada", "ready"],
        ["bob", "ready"],
        ["eve", "needs verification"],
        ["uma", "refused"],
        ["noah", "needs set up"],
      ]
    ) {
      assert.match(list, new RegExp(`${name}@example\\.com .*antigravity .*${state}`));
    }
    assert.match(
      list,
      /eve@example\.com: Google wants the owner[\s\S]*https:\/\/accounts\.example\.com\/verify/,
    );
    assert.match(list, /noah@example\.com: [\s\S]*Precondition check failed\.[\s\S]*Tried again/);

    const { stdout: doctor } = await cli.run(["doctor"], { env });
    assert.match(doctor, /eve@example\.com \(antigravity\) needs verification: Google wants the owner/);
    assert.match(
      doctor,
      /uma@example\.com \(antigravity\) refused: Google does not offer this service in the place/,
    );
    assert.match(doctor, /noah@example\.com \(antigravity\) needs set up: .*Precondition check failed/);
    assert.doesNotMatch(doctor, /ada@example\.com/);

    // The first numbers came with the sign-in; these are asked for.
    google.control.account(mail("ada")).quotas.gemini["5h"].fraction = 0.5;
    assert.match(await good("account", "quota", "ada"), /5h .* 75%/);
    const quota = await good("account", "quota", "--refresh");
    assert.match(quota, /ada@example\.com +Gemini Models: Five Hour Limit +5h +█+░+ +50% +\S/);
    assert.match(quota, /bob@example\.com +Gemini Models: Five Hour Limit +5h +not said/);
    assert.match(quota, /All accounts that can serve together/);
    assert.match(quota, /antigravity +Gemini Models: Five Hour Limit +5h +0\.5 of 2 \(1 not said\) +\S/);
    assert.match(quota, /antigravity +Claude and GPT models: Five Hour Limit +5h +2\.0 of 2 +-/);
    assert.doesNotMatch(quota, /NaN|Invalid/);
    const [asked] = JSON.parse(await good("account", "quota", "ada", "--refresh", "--json"));
    assert.deepEqual([asked.email, asked.quota.buckets[0].remaining], [mail("ada"), 0.5]);

    assert.match(await good("account", "off", mail("ada")), /ada@example\.com is off now/);
    assert.match(await good("account", "list"), /ada@example\.com .* off\b/);
    await good("start", "--detach", "--host", "127.0.0.1");
    try {
      assert.match(await good("account", "on", "ada"), /ada@example\.com is on now/);
      assert.match(await good("account", "list"), /ada@example\.com .* ready/);
      google.control.account(mail("ada")).quotas.gemini["5h"].fraction = 0.125;
      assert.match(await good("account", "quota", "ada", "--refresh"), /5h .* 88%/);
      const unknown = await cli.run(["account", "off", "nobody@example.com"], { env });
      assert.equal(unknown.code, 1);
    } finally {
      await good("stop");
    }
  }));

Deno.test("doctor names a source that has accounts and no client, and what an old version costs", () =>
  withGoogle(async (test) => {
    await takeAccounts(test);
    const { cli, env } = test;
    const old = { ...env, ANTIGRAVITY_USER_AGENT: "antigravity/hub/2.9.1 mine" };
    assert.match((await cli.run(["doctor"], { env: old })).stdout, /says version 2\.9\.1/);
    const off = { ...env, OAUTH_CLIENT_ID: "", OAUTH_CLIENT_SECRET: "" };
    assert.match((await cli.run(["doctor"], { env: off })).stdout, /antigravity has accounts and is off/);
  }));
