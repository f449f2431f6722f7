import assert from "node:assert/strict";
import { OAUTH_WARNING } from "../../src/oauth/mod.ts";
import { consent, oauthBench, PAGE } from "../e2e/oauth_fixture.ts";

const confirmed = true;

async function begin(bench: Awaited<ReturnType<typeof oauthBench>>, more: { browser?: boolean } = {}) {
  const begun = await bench.oauth.signIn({ provider: "antigravity", confirmed, page: PAGE, ...more });
  assert.ok(begun.ok, JSON.stringify(begun));
  return begun.value;
}

Deno.test("a sign-in stores the account with its project and plan, and its tokens encrypted", async () => {
  await using bench = await oauthBench();
  const id = await bench.signIn("ada@example.com");
  const account = await bench.reload(id);
  assert.ok(account.source === "antigravity");
  assert.deepEqual([account.email, account.codeAssistProject, account.tier], [
    "ada@example.com",
    "project-of-ada",
    "free",
  ]);
  const [refresh, access] = [account.refreshToken.reveal(), account.accessToken?.reveal() ?? ""];
  const raw: string[] = [];
  for await (const entry of bench.store.kv.list({ prefix: [] })) raw.push(Deno.inspect(entry, { depth: 20 }));
  assert.ok(!raw.join().includes(refresh) && !raw.join().includes(access), "no token in the database");
  assert.ok(!bench.log.join().includes(refresh) && !bench.log.join().includes(access), "no token in the log");
});

Deno.test("a sign-in is off without a client, and wants the warning confirmed", async () => {
  await using bench = await oauthBench({ env: { OAUTH_CLIENT_ID: "" } });
  const off = await bench.oauth.signIn({ provider: "gemini_cli", confirmed });
  assert.ok(!off.ok && off.error.code === "source_off" && off.error.message.includes("GEMINI_CLI_"));
  assert.deepEqual(bench.oauth.sources().map((source) => source.on), [false, false]);
  await using on = await oauthBench();
  const unread = await on.oauth.signIn({ provider: "antigravity", confirmed: false });
  assert.ok(!unread.ok && unread.error.code === "confirmation_required");
  assert.ok(unread.error.message.includes(OAUTH_WARNING));
});

Deno.test("the way to Google has state, PKCE and a loopback redirect, and asks for the least scopes", async () => {
  await using bench = await oauthBench();
  const { authUrl, state, redirectUri } = await begin(bench);
  const asked = new URL(authUrl).searchParams;
  assert.equal(asked.get("state"), state);
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.equal(asked.get("redirect_uri"), redirectUri);
  assert.equal(redirectUri, "http://localhost:7536/oauth-callback");
  assert.ok(!asked.has("code_verifier"));
  assert.doesNotMatch(asked.get("scope") ?? "", /cclog|experiments/);
  const remote = await bench.oauth.signIn({
    provider: "antigravity",
    confirmed,
    page: "http://evil.example.com:7536/keys",
  });
  assert.ok(remote.ok && remote.value.redirectUri === "http://localhost:7536/oauth-callback");
});

Deno.test("forged, replayed, expired and foreign states are refused", async () => {
  await using bench = await oauthBench();
  const { authUrl, browserKey } = await begin(bench, { browser: true });
  const back = await consent(authUrl);
  const forged = new URL(back);
  forged.searchParams.set("state", "x".repeat(43));
  const none = new URL(back);
  none.searchParams.delete("state");
  for (const url of [forged, none]) {
    const refused = await bench.oauth.callback(url, browserKey);
    assert.ok(!refused.ok && refused.error.code === "unknown_state");
  }
  for (const key of [undefined, "k".repeat(43)]) {
    const foreign = await bench.oauth.callback(back, key);
    assert.ok(!foreign.ok && foreign.error.code === "foreign_browser");
  }
  const good = await bench.oauth.callback(back, browserKey);
  assert.ok(good.ok, "a foreign try does not use the sign-in up");
  const replayed = await bench.oauth.callback(back, browserKey);
  assert.ok(!replayed.ok && replayed.error.code === "unknown_state");

  const late = await begin(bench);
  const lateBack = await consent(late.authUrl);
  await bench.clock.advance(10 * 60_000 + 1);
  const expired = await bench.oauth.callback(lateBack, undefined);
  assert.ok(!expired.ok && expired.error.code === "unknown_state");
  assert.equal((await bench.store.credentials.list()).length, 1);
});

Deno.test("two callbacks at once finish a sign-in once", async () => {
  await using bench = await oauthBench();
  const back = await consent((await begin(bench)).authUrl);
  const results = await Promise.all([1, 2, 3].map(() => bench.oauth.callback(back, undefined)));
  assert.equal(results.filter((result) => result.ok).length, 1);
});

Deno.test("a code of one sign-in does not serve another: the verifiers differ", async () => {
  await using bench = await oauthBench();
  const [mine, other] = [await begin(bench), await begin(bench)];
  const stolen = (await consent(other.authUrl)).searchParams.get("code") ?? "";
  const mixed = new URL(mine.redirectUri);
  mixed.searchParams.set("code", stolen);
  mixed.searchParams.set("state", mine.state);
  const refused = await bench.oauth.callback(mixed, undefined);
  assert.ok(!refused.ok && refused.error.code === "code_refused");
  assert.equal((await bench.store.credentials.list()).length, 0);
});

Deno.test("an answer that names another issuer is refused", async () => {
  await using bench = await oauthBench();
  const back = await consent((await begin(bench)).authUrl);
  back.searchParams.set("iss", "https://evil.example.com");
  const refused = await bench.oauth.callback(back, undefined);
  assert.ok(!refused.ok && refused.error.code === "invalid_answer");
});

Deno.test("each way in which a sign-in can end badly has its sentence", async () => {
  await using bench = await oauthBench();
  const { control } = bench.simulator;
  control.consent("deny");
  const denied = await bench.oauth.callback(await consent((await begin(bench)).authUrl), undefined);
  assert.ok(!denied.ok && /denied/.test(denied.error.message));
  control.consent("allow");
  control.withholdRefreshToken(true);
  const short = await bench.oauth.callback(await consent((await begin(bench)).authUrl), undefined);
  assert.ok(!short.ok && short.error.code === "no_refresh_token");
  assert.match(short.error.link ?? "", /myaccount\.google\.com/);
  control.withholdRefreshToken(false);

  const scope = await begin(bench);
  const badScope = new URL(scope.redirectUri);
  badScope.search = new URLSearchParams({ state: scope.state, error: "invalid_scope" }).toString();
  const refused = await bench.oauth.callback(badScope, undefined);
  assert.ok(!refused.ok && /OAUTH_SCOPES/.test(refused.error.message));

  const markup = await begin(bench);
  const hostile = new URL(markup.redirectUri);
  const error = "<script>alert(1)</script>";
  hostile.search = new URLSearchParams({ state: markup.state, error, error_description: error }).toString();
  const shown = await bench.oauth.callback(hostile, undefined);
  assert.ok(!shown.ok && !/script/.test(JSON.stringify(shown)));
});

Deno.test("after invalid_scope the next sign-in asks for the least", async () => {
  const wide = "https://www.googleapis.com/auth/cclog";
  await using bench = await oauthBench({ env: { OAUTH_SCOPES: wide } });
  const { authUrl, redirectUri, state } = await begin(bench);
  assert.equal(new URL(authUrl).searchParams.get("scope"), wide);
  const page = await fetch(authUrl, { redirect: "manual" });
  assert.match(await page.text(), /invalid_scope/, "Google's own page, from which nobody comes back");
  await bench.oauth.callback(new URL(`${redirectUri}?state=${state}&error=invalid_scope`), undefined);
  assert.ok((await bench.signIn("ada@example.com")).length > 0);
});

Deno.test("a sign-in whose browser came back is pending, not lost, while Google is still asked for its token", async () => {
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using bench = await oauthBench({
    fetch: async (input, init) => {
      asked.resolve();
      await answer.promise;
      return await fetch(input, init);
    },
  });
  bench.simulator.control.signInAs("ada@example.com");
  const { authUrl, state } = await begin(bench);
  const finishing = bench.oauth.callback(await consent(authUrl), undefined);
  await asked.promise;
  assert.equal((await bench.oauth.progress(state)).status, "pending");
  answer.resolve();
  assert.ok((await finishing).ok);
  const { status, account } = await bench.oauth.progress(state);
  assert.deepEqual([status, account?.email], ["done", "ada@example.com"]);
});

Deno.test("a consent page that never returns is explained when its time is over", async () => {
  await using bench = await oauthBench();
  const { state } = await begin(bench);
  assert.equal((await bench.oauth.progress(state)).status, "pending");
  await bench.clock.advance(10 * 60_000);
  const { status, message } = await bench.oauth.progress(state);
  assert.equal(status, "failed");
  assert.match(message ?? "", /never sent the browser back/);
  // The log is written once the database has answered.
  for (let look = 0; look < 50 && bench.log.length === 0; look++) await bench.clock.advance(0);
  assert.ok(bench.log.some((line) => line.includes("never sent the browser back")));
});

Deno.test("a pasted address, query or bare code finishes a sign-in", async () => {
  await using bench = await oauthBench();
  const { control } = bench.simulator;
  const forms = [
    (url: URL) => url.href,
    (url: URL) => url.search.slice(1),
    (url: URL) => `  "${url.search}"\n`,
    (url: URL) => encodeURIComponent(url.searchParams.get("code") ?? ""),
  ];
  for (const [index, form] of forms.entries()) {
    control.signInAs(`user${index}@example.com`);
    const back = await consent((await begin(bench, { browser: true })).authUrl);
    const pasted = await bench.oauth.paste({ provider: "antigravity", text: form(back) });
    assert.ok(pasted.ok, JSON.stringify(pasted));
    assert.equal(pasted.value.email, `user${index}@example.com`);
  }
  const junk = await bench.oauth.paste({ provider: "antigravity", text: "hello there" });
  assert.ok(!junk.ok && junk.error.code === "no_code");
  const other = await bench.oauth.paste({
    provider: "gemini_cli",
    text: (await consent((await begin(bench)).authUrl)).href,
  });
  assert.ok(!other.ok && other.error.code === "other_source");
});

Deno.test("signing out revokes the grant at Google and removes the account; without Google it goes all the same", async () => {
  await using bench = await oauthBench();
  const { control } = bench.simulator;
  await bench.signIn("ada@example.com");
  assert.ok(control.hasGrant("ada@example.com"));
  const out = await bench.oauth.signOut("ada@example.com");
  assert.ok(out.ok && out.value.revoked);
  assert.ok(!control.hasGrant("ada@example.com"));
  assert.equal((await bench.store.credentials.list()).length, 0);
  const gone = await bench.oauth.signOut("ada@example.com");
  assert.ok(!gone.ok && gone.error.status === 404);
});

const OPENCODE = (token: string) =>
  JSON.stringify({
    version: 3,
    accounts: [
      { email: "ada@example.com", refreshToken: `${token}|some-project|`, projectId: "somebody-elses" },
      { email: "old@example.com", refreshToken: "1//an-ended-token" },
    ],
  });

Deno.test("opencode's and Gemini CLI's files are taken over, with a reason for each that is not", async () => {
  const files = new Map<string, string>();
  await using bench = await oauthBench({
    readFile: (path) => {
      const text = files.get(path);
      return text === undefined ? Promise.reject(new Error("not there")) : Promise.resolve(text);
    },
  });
  const { control } = bench.simulator;
  const nothing = await bench.oauth.importFiles({ confirmed });
  assert.ok(!nothing.ok && nothing.error.code === "nothing_found");
  files.set(
    "/home/ada/.config/opencode/antigravity-accounts.json",
    OPENCODE(control.issueRefreshToken("ada@example.com")),
  );
  files.set(
    "/home/ada/.gemini/oauth_creds.json",
    JSON.stringify({ refresh_token: control.issueRefreshToken("bob@example.com") }),
  );
  const report = await bench.oauth.importFiles({ confirmed });
  assert.ok(report.ok);
  assert.deepEqual(report.value.added.map(({ email, source, project }) => [email, source, project]), [
    ["ada@example.com", "antigravity", "project-of-ada"],
    ["bob@example.com", "gemini_cli", "project-of-bob"],
  ]);
  assert.equal(report.value.failed[0]?.name, "old@example.com");
  assert.match(report.value.failed[0]?.message ?? "", /another OAuth client|revoked/);
  const unread = await bench.oauth.importFiles({ confirmed: false });
  assert.ok(!unread.ok && unread.error.code === "confirmation_required");
  const unknown = await bench.oauth.importFiles({ confirmed, text: "{}" });
  assert.ok(!unknown.ok && unknown.error.code === "unknown_file");
});
