import assert from "node:assert/strict";
import { consent } from "./oauth_fixture.ts";
import { type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** A dashboard's session, as its login gives it. */
async function session(under: OAuthProxy): Promise<string> {
  const { createSessions } = await import("../../src/http/dashboard_session.ts");
  const record = await under.proxy.services.store.settings.get("dashboard-session");
  const { store, ports, settings } = under.proxy.services;
  const sessions = createSessions({
    secret: await store.vault.open(String(record?.["sealed"])),
    clock: ports.clock,
    verifyOwner: (token) => token === TOKEN,
    generation: () => settings.proxyApiKey,
  });
  const request = new Request(`${under.url}/login`, {
    method: "POST",
    headers: { origin: under.url, ...hostOf(under) },
  });
  const login = await sessions.login(request, TOKEN);
  assert.ok(login.ok);
  return login.cookie.split(";")[0]!;
}

const hostOf = (under: OAuthProxy) => ({ host: new URL(under.url).host });

/** Begins as the dashboard does: with its cookie, from its own page. */
async function beginInBrowser(under: OAuthProxy) {
  const response = await fetch(`${under.url}/api/keys/oauth/antigravity`, {
    method: "POST",
    headers: { ...JSON_TYPE, cookie: await session(under), origin: under.url },
    body: JSON.stringify({ confirmed: true }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return { body, cookie: response.headers.get("set-cookie") ?? "" };
}

async function visit(url: URL | string, cookie?: string) {
  const response = await fetch(url, { redirect: "manual", headers: cookie === undefined ? {} : { cookie } });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

Deno.test("a sign-in that a browser began is finished by that browser alone", async () => {
  await using under = await oauthProxy();
  const { body, cookie } = await beginInBrowser(under);
  assert.match(
    cookie,
    /^geminitro_oauth=[\w-]{43}; Path=\/oauth-callback; HttpOnly; SameSite=Lax; Max-Age=600$/,
  );
  assert.ok(!("browserKey" in body), "the key is in the cookie alone");
  const back = await consent(body.authUrl);
  assert.equal(back.origin, under.url, "it comes back to where the user is");
  const foreign = await visit(back);
  assert.equal(foreign.status, 400);
  assert.match(foreign.html, /another browser/);
  const good = await visit(back, cookie.split(";")[0]);
  assert.equal(good.status, 200, good.html);
  assert.match(good.html, /Signed in as ada@example\.com/);
  assert.match(good.headers.get("set-cookie") ?? "", /Max-Age=0/);
  assert.equal((await visit(back, cookie.split(";")[0])).status, 400, "once");
});

Deno.test("the callback page holds no script, frames nothing and shows nothing unescaped", async () => {
  await using under = await oauthProxy();
  const hostile = encodeURIComponent(`"><script>alert(1)</script><img src=x onerror=alert(1)>`);
  const begun = await under.api("POST", "/api/keys/oauth/antigravity", { confirmed: true });
  const queries = [
    `state=${hostile}&code=${hostile}`,
    `error=${hostile}&error_description=${hostile}&state=${hostile}`,
    `state=${begun.body["state"]}&error=${hostile}&error_description=${hostile}`,
    "",
    "state=a&state=b&code=c&code=d",
  ];
  for (const query of queries) {
    const page = await visit(`${under.url}/oauth-callback?${query}`);
    assert.equal(page.status, 400);
    assert.doesNotMatch(page.html, /<script|<img|onerror|alert/);
    assert.match(
      page.headers.get("content-security-policy") ?? "",
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    assert.equal(page.headers.get("referrer-policy"), "no-referrer");
    assert.equal(page.headers.get("cache-control"), "no-store");
  }
});

Deno.test("an e-mail with markup in it is shown as text", async () => {
  await using under = await oauthProxy();
  under.google.control.signInAs("<script>alert(1)</script>@example.com");
  const begun = await under.api("POST", "/api/keys/oauth/antigravity", { confirmed: true });
  const page = await visit(await consent(String(begun.body["url"])));
  assert.doesNotMatch(page.html, /<script/);
});

Deno.test("nothing in a callback or a beginning sends a browser elsewhere", async () => {
  await using under = await oauthProxy();
  const elsewhere = "https://evil.example.com/";
  for (const name of ["redirect_uri", "returnTo", "success_url", "next", "url"]) {
    const page = await visit(
      `${under.url}/oauth-callback?${name}=${encodeURIComponent(elsewhere)}&code=x&state=y`,
    );
    assert.equal(page.status, 400);
    assert.equal(page.headers.get("location"), null);
    assert.ok(!page.html.includes("evil"));
  }
  const begun = await under.api("POST", "/api/keys/oauth/antigravity", {
    confirmed: true,
    returnTo: elsewhere,
  });
  const redirect = new URL(String(begun.body["url"])).searchParams.get("redirect_uri") ?? "";
  assert.match(redirect, /^http:\/\/(127\.0\.0\.1|localhost):\d+\/oauth-callback$/);
});

Deno.test("everything but the callback is the owner's: strangers and clients are refused", async () => {
  await using under = await oauthProxy();
  const client = await under.api("POST", "/api/clients", { name: "a client" });
  const token = String(client.body["token"] ?? client.body["key"]);
  for (
    const [method, path] of [
      ["POST", "/api/keys/oauth/antigravity"],
      ["POST", "/api/keys/oauth-manual"],
      ["POST", "/api/keys/import"],
      ["GET", "/api/accounts"],
      ["DELETE", "/api/accounts/ada@example.com"],
      ["GET", "/api/keys/oauth-status?state=x"],
    ] as const
  ) {
    for (const [headers, status] of [[{}, 401], [{ authorization: `Bearer ${token}` }, 403]] as const) {
      const response = await fetch(under.url + path, {
        method,
        headers: { ...JSON_TYPE, ...headers },
        ...(method === "POST" ? { body: "{}" } : {}),
      });
      assert.equal(response.status, status, `${method} ${path}: ${await response.text()}`);
    }
  }
});

Deno.test("problems have the shape of the management API and name the field", async () => {
  await using under = await oauthProxy({ GEMINI_CLI_OAUTH_CLIENT_ID: "" });
  const unread = await under.api("POST", "/api/keys/oauth/antigravity", {});
  assert.equal(unread.status, 422);
  assert.match(JSON.stringify(unread.body), /"code":"confirmation_required","param":"confirmed"/);
  assert.equal((await under.api("POST", "/api/keys/oauth/nobody", {})).status, 400);
  const empty = await under.api("POST", "/api/keys/oauth-manual", { provider: "antigravity" });
  assert.equal(empty.status, 400);
  assert.equal((await under.api("DELETE", "/api/accounts/nobody@example.com")).status, 404);
});

Deno.test("no token and no code is in a log line, an event, an error or a reply", async () => {
  await using under = await oauthProxy({ QUEUE_MAX_WAIT: "0" });
  const events: string[] = [];
  const subscription = under.proxy.services.ledger.subscribe();
  const reading = (async () => {
    for await (const event of subscription.events) events.push(JSON.stringify(event));
  })();
  await under.signIn("ada@example.com");
  const { services } = under.proxy;
  const secrets: string[] = [under.google.clientSecret];
  const note = async () => {
    for (const one of await services.store.credentials.list()) {
      if (one.source === "antigravity") {
        secrets.push(one.refreshToken.reveal(), one.accessToken?.reveal() ?? "");
      }
    }
  };
  await note();
  const shown: string[] = [];
  for (const trouble of ["unauthenticated", "rate_limit", "banned"] as const) {
    under.google.control.account("ada@example.com").trouble = trouble;
    shown.push(await (await under.chat()).text());
    await note();
  }
  for (const path of ["/api/accounts", "/api/keys/safe", "/api/requests", "/api/settings", "/api/buckets"]) {
    shown.push(JSON.stringify((await under.api("GET", path)).body));
  }
  const forged = `state=nobody&code=4%2Fsim-code-secret&error_description=ya29.some-secret-token`;
  shown.push((await visit(`${under.url}/oauth-callback?${forged}`)).html);
  await services.ledger.flush();
  subscription.close();
  await reading;
  const everything = [...shown, ...events, ...under.log].join("\n");
  for (const secret of [...secrets, "sim-code", "ya29.", "1//sim-refresh"]) {
    assert.ok(secret !== "" && !everything.includes(secret), `a secret was shown: ${secret.slice(0, 12)}...`);
  }
});
