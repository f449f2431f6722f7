import assert from "node:assert/strict";
import type { SimAccount } from "../../src/sim/mod.ts";
import { consent, oauthBench, overPauses, PAGE } from "../e2e/oauth_fixture.ts";

type Bench = Awaited<ReturnType<typeof oauthBench>>;

/** Signs in with the clock moving, as a sign-up waits between its looks. */
async function signInSlowly(bench: Bench, provider: "antigravity" | "gemini_cli" = "antigravity") {
  const begun = await bench.oauth.signIn({ provider, confirmed: true, page: PAGE });
  assert.ok(begun.ok);
  const back = await consent(begun.value.authUrl);
  const outcome = await overPauses(bench.clock, bench.oauth.callback(back, undefined));
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.value;
}

async function benchWith(change: (account: SimAccount) => void): Promise<Bench> {
  const bench = await oauthBench();
  change(bench.simulator.control.account("ada@example.com"));
  return bench;
}

Deno.test("a project that comes as an object is read", async () => {
  await using bench = await benchWith((account) => account.projectAsObject = true);
  assert.equal((await signInSlowly(bench)).project, "project-of-ada");
});

Deno.test("an account that was never signed up is, and the operation is followed to its end", async () => {
  await using bench = await benchWith((account) => {
    account.tier = "not_onboarded";
    account.onboardLooks = 3;
  });
  assert.equal((await signInSlowly(bench)).project, "project-of-ada");
  const asked = bench.simulator.log.find((entry) => entry.path.endsWith(":onboardUser"));
  assert.deepEqual(asked?.body, { tierId: "free-tier", metadata: { ideType: "ANTIGRAVITY" } });
  assert.equal(bench.simulator.log.filter((entry) => entry.path.includes("/operations/")).length, 3);
});

Deno.test("a sign-up that ends without a project says so; no project is made up", async () => {
  await using bench = await benchWith((account) => {
    account.tier = "not_onboarded";
    account.onboardWithout = true;
  });
  const added = await signInSlowly(bench);
  assert.match(added.problem ?? "", /no project/);
  const stored = await bench.reload(added.id);
  assert.ok(
    stored.source === "antigravity" && stored.codeAssistProject === undefined && stored.dead !== undefined,
  );
});

for (
  const [tier, words, link] of [
    ["unsupported_client", /Standard or Enterprise/, undefined],
    ["unsupported_location", /place/, undefined],
    ["validation_required", /verify/, "https://accounts.example.com/verify?flow=1"],
  ] as const
) {
  Deno.test(`an account that is ${tier} is kept with the reason and can be checked again`, async () => {
    await using bench = await benchWith((account) => account.tier = tier);
    const added = await signInSlowly(bench, "gemini_cli");
    assert.match(added.problem ?? "", words);
    const stored = await bench.reload(added.id);
    assert.match(stored.dead?.reason ?? "", words);
    assert.equal(stored.dead?.link, link);
    const [view] = await bench.oauth.accounts();
    assert.deepEqual([view?.status, view?.reason, view?.link], ["dead", stored.dead?.reason, link]);
    bench.simulator.control.account("ada@example.com").tier = "free";
    const ready = await bench.oauth.ready(stored, false);
    assert.ok(
      ready.ok && ready.value.source === "gemini_cli" && ready.value.codeAssistProject === "project-of-ada",
    );
  });
}

Deno.test("a licence without a project wants the user's own", async () => {
  await using bench = await benchWith((account) => account.tier = "standard_without_project");
  const added = await signInSlowly(bench, "gemini_cli");
  assert.match(added.problem ?? "", /needs a Google Cloud project/);
  const told = await bench.store.credentials.update(added.id, { project: "my-own-project", dead: null });
  assert.ok(told.ok);
  const ready = await bench.oauth.ready(told.value, false);
  assert.ok(
    ready.ok && ready.value.source === "gemini_cli" && ready.value.codeAssistProject === "my-own-project",
  );
});

Deno.test("a client that may not use the API is told as that, with the account kept", async () => {
  await using bench = await oauthBench();
  bench.simulator.control.allowClient(false);
  const added = await signInSlowly(bench);
  assert.match(added.problem ?? "", /does not open this API to the configured OAuth client/);
  const stored = await bench.reload(added.id);
  assert.equal(stored.dead, undefined);
  const ready = await bench.oauth.ready(stored, false);
  assert.ok(!ready.ok && ready.error.class === "misconfigured" && ready.error.scope === "source");
});

Deno.test("a stale project is looked up again by force", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 30 * 60_000);
  bench.simulator.control.account("ada@example.com").project = "moved-project";
  const ready = await bench.oauth.ready(account, true);
  assert.ok(
    ready.ok && ready.value.source === "antigravity" && ready.value.codeAssistProject === "moved-project",
  );
});
