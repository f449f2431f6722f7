import assert from "node:assert/strict";
import { UPSTREAM_BOUNDS } from "../../src/upstreams/mod.ts";
import { oauthBench, overPauses } from "../e2e/oauth_fixture.ts";
import { head, HostileUpstream } from "../support/hostile_upstream.ts";

const MINUTE = 60_000;

Deno.test("a thousand calls on fifty accounts whose tokens end make one refresh an account", async () => {
  await using bench = await oauthBench();
  const accounts = await Promise.all(
    Array.from({ length: 50 }, (_, index) => bench.addAccount(`user${index}@example.com`, 30_000)),
  );
  const calls = Array.from({ length: 1_000 }, (_, index) => accounts[index % accounts.length]!);
  const results = await Promise.all(calls.map((account) => bench.oauth.ready(account, false)));
  for (const [index, result] of results.entries()) {
    assert.ok(result.ok && result.value.source === "antigravity");
    assert.notEqual(result.value.accessToken?.reveal(), calls[index]!.accessToken?.reveal());
  }
  for (const { email } of accounts) assert.equal(bench.simulator.control.account(email).refreshes, 1, email);
});

Deno.test("ready() serves the old token while it is good and renews it once in the background", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 4 * MINUTE);
  const results = await Promise.all(Array.from({ length: 20 }, () => bench.oauth.ready(account, false)));
  for (const result of results) assert.ok(result.ok && result.value.id === account.id);
  await bench.oauth.close();
  assert.equal(bench.simulator.control.account(account.email).refreshes, 1);
  const stored = await bench.reload(account.id);
  assert.ok(
    stored.source === "antigravity" && (stored.accessExpiresAt ?? 0) > bench.clock.now() + 50 * MINUTE,
  );
});

Deno.test("ready() leaves a fresh token alone, and does not ask twice for calls that lag behind", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 30 * MINUTE);
  const fresh = await bench.oauth.ready(account, false);
  assert.ok(fresh.ok && fresh.value === account);
  const forced = await bench.oauth.ready(account, true);
  const again = await bench.oauth.ready(account, true);
  assert.ok(forced.ok && again.ok && again.value === forced.value);
  assert.equal(bench.simulator.control.account(account.email).refreshes, 1);
});

Deno.test("ready() keeps a refresh token that Google replaced", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 0);
  bench.simulator.control.account(account.email).refresh = "rotate";
  assert.ok((await bench.oauth.ready(account, false)).ok);
  const stored = await bench.reload(account.id);
  assert.ok(stored.source === "antigravity");
  assert.notEqual(stored.refreshToken.reveal(), account.refreshToken.reveal());
  await bench.clock.advance(70 * MINUTE);
  assert.ok((await bench.oauth.ready(stored, false)).ok, "the new one works");
});

Deno.test("an ended grant retires the account with a sentence, and a new sign-in brings it back", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 0);
  const state = bench.simulator.control.account(account.email);
  state.refresh = "invalid_grant";
  const refused = await bench.oauth.ready(account, false);
  assert.ok(!refused.ok && refused.error.class === "credential_dead");
  const dead = await bench.reload(account.id);
  assert.match(dead.dead?.reason ?? "", /sign in again/);
  state.refresh = "ok";
  assert.equal(await bench.signIn(account.email), account.id, "the same account twice is one");
  const back = await bench.reload(account.id);
  assert.equal(back.dead, undefined);
  assert.ok((await bench.oauth.ready(back, false)).ok);
});

Deno.test("a client that Google does not know is the configuration's fault and kills no account", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 0);
  bench.simulator.control.knowClient(false);
  const refused = await bench.oauth.ready(account, false);
  assert.ok(!refused.ok && refused.error.class === "misconfigured" && refused.error.scope === "source");
  assert.match(refused.error.message, /OAUTH_CLIENT_ID/);
  assert.equal((await bench.reload(account.id)).dead, undefined);
});

Deno.test("a missing client secret is told as that", async () => {
  await using bench = await oauthBench({ env: { OAUTH_CLIENT_SECRET: "" } });
  const account = await bench.addAccount("ada@example.com", 0);
  const refused = await bench.oauth.ready(account, false);
  assert.ok(!refused.ok && refused.error.class === "misconfigured");
  assert.match(refused.error.message, /OAUTH_CLIENT_SECRET/);
});

Deno.test("while Google cannot refresh, the old token serves as long as it is good and Google is asked seldom", async () => {
  await using bench = await oauthBench();
  const account = await bench.addAccount("ada@example.com", 50_000);
  const state = bench.simulator.control.account(account.email);
  state.refresh = "unavailable";
  const served = await bench.oauth.ready(account, false);
  assert.ok(served.ok && served.value.source === "antigravity");
  assert.equal(served.value.accessToken?.reveal(), account.accessToken?.reveal());
  await bench.clock.advance(51_000);
  const over = await bench.oauth.ready(account, false);
  assert.ok(!over.ok && over.error.class === "overloaded");
  assert.equal((await bench.reload(account.id)).dead, undefined);
  state.refresh = "ok";
  assert.ok((await bench.oauth.ready(account, false)).ok);
});

Deno.test("a network that is down never invalidates an account", async () => {
  let down = true;
  await using bench = await oauthBench({
    fetch: (input, init) => down ? Promise.reject(new TypeError("connection refused")) : fetch(input, init),
  });
  const account = await bench.addAccount("ada@example.com", 0);
  const refused = await bench.oauth.ready(account, false);
  assert.ok(!refused.ok && refused.error.class === "transport");
  assert.equal((await bench.reload(account.id)).dead, undefined);
  down = false;
  assert.ok((await bench.oauth.ready(account, false)).ok);
});

Deno.test("two processes on one database refresh an account once", async () => {
  await using bench = await oauthBench();
  const { createOAuth } = await import("../../src/oauth/mod.ts");
  const { store, settings, ports, upstreams } = bench;
  const other = createOAuth({ store, settings, ports, upstreams, ledger: { log: () => {} } });
  bench.simulator.control.setTokenDelay(1_000);
  const account = await bench.addAccount("ada@example.com", 0);
  const both = Promise.all([bench.oauth.ready(account, false), other.ready(account, false)]);
  const results = await overPauses(bench.clock, both);
  assert.ok(results.every((result) => result.ok));
  assert.equal(bench.simulator.control.account(account.email).refreshes, 1);
  await other.close();
});

Deno.test("a token answer of many megabytes is no token, and nobody is retired for it", async () => {
  const { answerBytes } = UPSTREAM_BOUNDS;
  await using google = new HostileUpstream(
    () => [head(200, "application/json"), " ".repeat(answerBytes + 1)],
  );
  await using bench = await oauthBench({ env: { GOOGLE_TOKEN_URL: `${google.url}/token` } });
  const account = await bench.addAccount("ada@example.com", 0);
  const refused = await bench.oauth.ready(account, false);
  assert.ok(!refused.ok && refused.error.code === "unreadable_token", JSON.stringify(refused));
  assert.equal((await bench.reload(account.id)).dead, undefined);
});
