import assert from "node:assert/strict";
import { oauthBench } from "../e2e/oauth_fixture.ts";

const confirmed = true;

Deno.test("the source that is asked for comes first, then the file's own; without either the import asks", async () => {
  await using bench = await oauthBench();
  const { control } = bench.simulator;
  const bare = () => JSON.stringify({ refresh_token: control.issueRefreshToken("ada@example.com") });
  const unsure = await bench.oauth.importFiles({ confirmed, text: bare() });
  assert.ok(!unsure.ok && unsure.error.code === "provider_required" && unsure.error.param === "provider");
  assert.match(unsure.error.message, /choose antigravity or gemini-cli/);
  for (const provider of ["antigravity", "gemini_cli"] as const) {
    const taken = await bench.oauth.importFiles({ confirmed, provider, text: bare() });
    assert.ok(taken.ok && taken.value.added[0]?.source === provider, JSON.stringify(taken));
  }
  const own = JSON.stringify({
    type: "gemini",
    token: { refresh_token: control.issueRefreshToken("bob@example.com") },
  });
  const [asked, told] = [
    await bench.oauth.importFiles({ confirmed, provider: "antigravity", text: own }),
    await bench.oauth.importFiles({ confirmed, text: own }),
  ];
  assert.ok(asked.ok && asked.value.added[0]?.source === "antigravity");
  assert.ok(told.ok && told.value.added[0]?.source === "gemini_cli");
});

Deno.test("accounts that are off stay off, several files go in at once, and what is left out is listed", async () => {
  await using bench = await oauthBench();
  const { control } = bench.simulator;
  const token = (email: string) => control.issueRefreshToken(email);
  const files = [
    {
      name: "a.json",
      text: JSON.stringify({
        accounts: [
          { email: "ada@example.com", refreshToken: token("ada@example.com"), enabled: false },
          { email: "eve@example.com" },
        ],
      }),
    },
    { name: "b.txt", text: `\uFEFFbob@example.com ${token("bob@example.com")}` },
    { name: "c.txt", text: "nothing of the kind" },
  ];
  const plan = await bench.oauth.importFiles({
    confirmed: false,
    provider: "antigravity",
    files,
    preview: true,
  });
  assert.ok(plan.ok);
  assert.deepEqual(plan.value.preview?.map(({ name, enabled }) => [name, enabled]), [
    ["ada@example.com", false],
    ["bob@example.com", true],
  ]);
  assert.equal((await bench.oauth.accounts()).length, 0, "a preview stores nothing");
  assert.equal(bench.simulator.log.length, 0, "a preview asks Google nothing");
  const report = await bench.oauth.importFiles({ confirmed, provider: "antigravity", files });
  assert.ok(report.ok);
  assert.deepEqual(report.value.skipped.map(({ name }) => name), ["a.json: eve@example.com", "c.txt"]);
  const accounts = await bench.oauth.accounts();
  assert.deepEqual(accounts.map(({ email, status }) => [email, status]).sort(), [
    ["ada@example.com", "disabled"],
    ["bob@example.com", "active"],
  ]);
});

Deno.test("everything of an account takes its own proxy, from the first contact to the revocation", async () => {
  const direct: string[] = [];
  const through: string[] = [];
  const path = (input: string | URL | Request) =>
    new URL(input instanceof Request ? input.url : input).pathname;
  await using bench = await oauthBench({
    fetch: (input, init) => {
      direct.push(path(input));
      return fetch(input, init);
    },
    fetchFor: ({ proxy }) => (input, init) => {
      assert.equal(proxy, "http://ada:secret@proxy.example:8080");
      through.push(path(input));
      return fetch(input, init);
    },
  });
  const { control } = bench.simulator;
  const entry = {
    type: "antigravity",
    email: "ada@example.com",
    refresh_token: control.issueRefreshToken("ada@example.com"),
    proxy_url: "http://ada:secret@proxy.example:8080",
  };
  const text = JSON.stringify(entry);
  const plan = await bench.oauth.importFiles({ confirmed, text, preview: true });
  assert.ok(
    plan.ok && plan.value.preview?.[0]?.proxy === "http://proxy.example:8080",
    "no password is shown",
  );
  const report = await bench.oauth.importFiles({ confirmed, text });
  assert.ok(report.ok && report.value.added.length === 1, JSON.stringify(report));
  const [account] = await bench.oauth.accounts();
  const credential = await bench.reload(account!.id);
  assert.ok((await bench.oauth.ready(credential, true)).ok);
  await bench.oauth.pollQuotas(AbortSignal.timeout(10_000));
  assert.ok((await bench.oauth.signOut(account!.id)).ok);
  assert.deepEqual(direct, []);
  for (const part of [/\/token$/, /userinfo/, /loadCodeAssist/, /[mM]odels/, /[qQ]uota/, /\/revoke$/]) {
    assert.ok(through.some((one) => part.test(one)), `${part} among ${through.join(" ")}`);
  }
});

Deno.test("a sign-in takes the account's proxy for the code's exchange; a proxy that is no URL is refused by name", async () => {
  const through: string[] = [];
  await using bench = await oauthBench({
    fetchFor: () => (input, init) => {
      through.push(new URL(String(input)).pathname);
      return fetch(input, init);
    },
  });
  const wrong = await bench.oauth.signIn({ provider: "antigravity", confirmed, proxy: "proxy.example:8080" });
  assert.ok(!wrong.ok && wrong.error.param === "proxy");
  bench.simulator.control.signInAs("ada@example.com");
  const begun = await bench.oauth.signIn({
    provider: "antigravity",
    confirmed,
    proxy: "http://proxy.example:8080",
  });
  assert.ok(begun.ok);
  const page = await fetch(begun.value.authUrl, { redirect: "manual" });
  await page.body?.cancel();
  const added = await bench.oauth.callback(new URL(page.headers.get("location")!), undefined);
  assert.ok(added.ok, JSON.stringify(added));
  assert.match(through[0]!, /token$/);
  const credential = await bench.reload(added.value.id);
  assert.equal(credential.proxy, "http://proxy.example:8080");
});

Deno.test("a dead proxy is told as the account's, by name and without its password", async () => {
  await using bench = await oauthBench({
    fetchFor: () => () => Promise.reject(new TypeError("tunnel error: secret")),
  });
  const token = bench.simulator.control.issueRefreshToken("ada@example.com");
  const proxy = "http://ada:secret@proxy.example:8080";
  const outcome = await bench.oauth.addRefreshToken({
    provider: "antigravity",
    refreshToken: token,
    confirmed,
    proxy,
  });
  assert.ok(!outcome.ok);
  assert.match(outcome.error.message, /this account's own proxy \(proxy\.example:8080\)/);
  assert.ok(!JSON.stringify(outcome).includes("secret"));
});
