import assert from "node:assert/strict";
import { consent, type OAuthBench, oauthBench, overPauses, PAGE } from "../e2e/oauth_fixture.ts";

/** An account whose token has ended and whose project is not known yet. */
async function newAccount(bench: OAuthBench, email = "ada@example.com") {
  const account = await bench.addAccount(email, 0);
  const stored = await bench.store.credentials.update(account.id, { codeAssistProject: null });
  assert.ok(stored.ok);
  return stored.value;
}

const asked = (bench: OAuthBench, method: string) =>
  bench.simulator.log.filter(({ path }) => path.endsWith(`:${method}`)).length;

for (const words of ["Request contains an invalid argument.", "Precondition check failed."]) {
  Deno.test(`a sign-up that Google refuses (${words}) is the account's fault and is not asked again by each call`, async () => {
    await using bench = await oauthBench();
    const account = await newAccount(bench);
    const sim = bench.simulator.control.account("ada@example.com");
    sim.tier = "not_onboarded";
    sim.onboardFaults = { daily: words, prod: words };
    const first = await bench.oauth.ready(account, false);
    assert.ok(!first.ok);
    assert.equal(first.error.scope, "account");
    assert.notEqual(first.error.class, "invalid_request");
    assert.equal(first.error.status, 403);
    assert.match(first.error.message, new RegExp(words.slice(0, -1)));
    assert.ok(first.error.until !== undefined && first.error.until > bench.clock.now());
    const once = asked(bench, "onboardUser");
    for (let call = 0; call < 10; call++) {
      const again = await bench.oauth.ready(account, call % 2 === 1);
      assert.ok(!again.ok && again.error.message === first.error.message);
    }
    assert.equal(asked(bench, "onboardUser"), once, "no call repeats the set-up");

    sim.onboardFaults = {};
    sim.onboardLooks = 0;
    const checked = await bench.oauth.ready(account, false, { check: true });
    assert.ok(checked.ok, "a check sets it up at once");
  });
}

Deno.test("a set-up is tried again after a pause that grows, also after a restart", async () => {
  await using bench = await oauthBench();
  const account = await newAccount(bench);
  const sim = bench.simulator.control.account("ada@example.com");
  sim.tier = "not_onboarded";
  sim.onboardFaults = { daily: "No.", prod: "No." };
  const pauses: number[] = [];
  for (let round = 0; round < 3; round++) {
    const failed = await bench.oauth.ready(account, false);
    assert.ok(!failed.ok && failed.error.until !== undefined);
    pauses.push(failed.error.until - bench.clock.now());
    const before = asked(bench, "onboardUser");
    await using restarted = await bench.restart();
    const same = await restarted.oauth.ready(account, false);
    assert.ok(
      !same.ok && same.error.until === failed.error.until && same.error.message === failed.error.message,
    );
    assert.equal(asked(bench, "onboardUser"), before);
    await bench.clock.advanceTo(failed.error.until);
  }
  assert.ok(pauses[0]! < pauses[1]! && pauses[1]! < pauses[2]!, pauses.join());
});

Deno.test("a sign-up that one host refuses or forgets is made at the other, or begun once more", async () => {
  for (const faults of [{ daily: "Request contains an invalid argument." }, { daily: "lost" }]) {
    await using bench = await oauthBench();
    const account = await newAccount(bench);
    const sim = bench.simulator.control.account("ada@example.com");
    sim.tier = "not_onboarded";
    sim.onboardFaults = { ...faults };
    const ready = await overPauses(bench.clock, bench.oauth.ready(account, false));
    assert.ok(ready.ok && ready.value.source === "antigravity", JSON.stringify(ready));
    assert.equal(ready.value.codeAssistProject, "project-of-ada");
  }
});

Deno.test("a tier that Google calls ineligible is the reason when the sign-up ends without a project", async () => {
  const reasons = [
    ["UNSUPPORTED_LOCATION", "Not in your location.", /place that this account calls from/],
    ["UNSUPPORTED_CLIENT", "Use Antigravity.", /Standard or Enterprise/],
    ["UNKNOWN_LOCATION", "Your location cannot be told.", /Your location cannot be told/],
  ] as const;
  for (const [reasonCode, reasonMessage, words] of reasons) {
    await using bench = await oauthBench();
    const sim = bench.simulator.control.account("ada@example.com");
    sim.tier = "not_onboarded";
    sim.onboardWithout = true;
    sim.ineligible = [{ reasonCode, reasonMessage }];
    bench.simulator.control.signInAs("ada@example.com");
    const begun = await bench.oauth.signIn({ provider: "antigravity", confirmed: true, page: PAGE });
    assert.ok(begun.ok);
    const back = await consent(begun.value.authUrl);
    const added = await overPauses(bench.clock, bench.oauth.callback(back, undefined));
    assert.ok(added.ok, JSON.stringify(added));
    assert.match(added.value.problem ?? "", words);
  }
});

Deno.test("a token of another OAuth client is that account's affair, not the source's", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 0);
  bench.simulator.control.account("ada@example.com").refresh = "unauthorized_client";
  const ready = await bench.oauth.ready(account, false);
  assert.ok(!ready.ok);
  assert.deepEqual([ready.error.class, ready.error.scope, ready.error.code], [
    "credential_dead",
    "account",
    "sign_in_required",
  ]);
  assert.match(ready.error.message, /another OAuth client/);
});

Deno.test("a call waits for a slow token endpoint or set-up no longer than it was told, and the next one finds it done", async () => {
  const held = Promise.withResolvers<void>();
  await using bench = await oauthBench({
    fetch: async (input, init) => {
      if (String(input).endsWith("/token")) await held.promise;
      return await fetch(input, init);
    },
  });
  const account = await bench.addAccount("ada@example.com", 0);
  const call = bench.oauth.ready(account, false, { within: 10_000 });
  await bench.clock.advanceTo(bench.clock.now() + 10_000);
  const late = await call;
  assert.ok(!late.ok && late.error.scope === "account" && late.error.code === "account_not_ready");
  held.resolve();
  const ready = await bench.oauth.ready(account, false);
  assert.ok(ready.ok, JSON.stringify(ready));
});
