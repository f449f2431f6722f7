import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { answerOf, API_KEY, MODEL, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const JSON_HEADERS = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
const signal = new AbortController().signal;

async function streamed(under: OAuthProxy, path: string, body: unknown) {
  const response = await fetch(under.url + path, {
    method: "POST",
    headers: { ...JSON_HEADERS, "anthropic-version": "2023-06-01" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { text, source: response.headers.get("x-geminitro-source") };
}

/** Waits until the database knows that an account is dead: that is written beside the call. */
async function death({ services: { store } }: OAuthProxy["proxy"], email: string): Promise<void> {
  while (true) {
    const change = Promise.withResolvers<void>();
    const stop = store.config.subscribe(() => change.resolve());
    const dead = (await store.credentials.list()).some((one) => one.tail === email && one.dead !== undefined);
    if (!dead) await change.promise;
    stop();
    if (dead) return;
  }
}

Deno.test("sign in, list, and infer with Gemini and Claude in each translated dialect, streamed", async () => {
  await using under = await oauthProxy();
  const account = await under.signIn("ada@example.com");
  assert.deepEqual([account["email"], account["project"]], ["ada@example.com", "project-of-ada"]);
  const models = await under.api("GET", "/v1/models");
  assert.match(JSON.stringify(models.body), /claude-sonnet-4-6.*gemini-3\.6-flash-high/);
  for (const model of ["gemini-3.6-flash-high", "claude-sonnet-4-6"]) {
    const messages = [{ role: "user", content: "Hello" }];
    const replies = [
      await streamed(under, "/v1/chat/completions", { model, stream: true, messages }),
      await streamed(under, "/v1/messages", { model, stream: true, max_tokens: 2_000, messages }),
      await streamed(under, "/v1/responses", { model, stream: true, input: "Hello" }),
    ];
    for (const { text, source } of replies) {
      assert.equal(source, "antigravity");
      assert.match(text, /Served by daily/);
      assert.match(text, /project-of-ada/);
    }
  }
  const counted = await under.api("POST", "/v1/messages/count_tokens", {
    model: "claude-sonnet-4-6",
    messages: [{ role: "user", content: "Hello" }],
  });
  assert.ok(Number(counted.body["input_tokens"]) > 0);
});

Deno.test("an access token that Google ended is refreshed once and the call goes on", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  under.google.control.expireAccessTokens("ada@example.com");
  const answers = await Promise.all(Array.from({ length: 3 }, () => under.chat().then(answerOf)));
  for (const [source] of answers) assert.equal(source, "antigravity");
  assert.equal(under.google.control.account("ada@example.com").refreshes, 1);
});

Deno.test("a host that refuses without a reason gives way to the other", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  for (const fault of ["bare_429", "unavailable"] as const) {
    under.google.control.failHost("daily", fault);
    const [source, text] = await answerOf(await under.chat());
    assert.equal(source, "antigravity");
    assert.match(text, /Served by prod/);
  }
});

async function addServiceAccount(under: OAuthProxy): Promise<void> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  const email = "robot@my-project.iam.gserviceaccount.com";
  under.google.control.addServiceAccount(email, "my-project", publicKey);
  const file = {
    type: "service_account",
    project_id: "my-project",
    client_email: email,
    private_key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`,
  };
  const report = await under.api("POST", "/api/keys/import", {
    provider: "vertex",
    text: JSON.stringify(file),
  });
  assert.equal(report.status, 200, JSON.stringify(report.body));
  assert.deepEqual((report.body["failed"] as unknown[]).length, 0, JSON.stringify(report.body));
}

Deno.test("sources give way to each other in order, and come back", async () => {
  await using under = await oauthProxy();
  const key = await under.api("POST", "/api/keys", { key: API_KEY });
  assert.ok(key.status < 300, JSON.stringify(key.body));
  const ada = await under.signIn("ada@example.com");
  const bob = await under.signIn("bob@example.com", "gemini-cli");
  await addServiceAccount(under);
  const served = async () => (await answerOf(await under.chat()))[0];
  assert.equal(await served(), "api_key");

  const daily = { rpd: 0 };
  under.gemini.control.limits("project-1", MODEL, daily);
  const budget = (email: string, fraction: number) => {
    const { gemini } = under.google.control.account(email).quotas;
    gemini["5h"].fraction = fraction;
  };
  assert.equal(await served(), "antigravity");
  budget("ada@example.com", 0);
  assert.equal(await served(), "gemini_cli");
  budget("bob@example.com", 0);
  assert.equal(await served(), "vertex");

  budget("bob@example.com", 1);
  await under.api("POST", `/api/keys/${bob["id"]}/check`);
  assert.equal(await served(), "gemini_cli");
  budget("ada@example.com", 1);
  await under.api("POST", `/api/keys/${ada["id"]}/check`);
  assert.equal(await served(), "antigravity");
  under.gemini.control.limits("project-1", MODEL, undefined);
  const [first] = await under.proxy.services.store.credentials.list();
  await under.api("POST", `/api/keys/${first!.id}/check`);
  assert.equal(await served(), "api_key");
});

Deno.test("a budget below a twentieth is left out before it fails, and comes back with the next look", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com", "gemini-cli");
  const { services } = under.proxy;
  const state = under.google.control.account("ada@example.com");
  state.quotas.gemini["5h"].fraction = 0.04;
  await services.oauth.pollQuotas(signal);
  const before = state.served;
  assert.equal((await answerOf(await under.chat()))[0], "gemini_cli");
  assert.equal(state.served, before, "not even tried");
  assert.equal(
    (await answerOf(await under.chat("claude-sonnet-4-6")))[0],
    "antigravity",
    "the other budget serves",
  );
  state.quotas.gemini["5h"].fraction = 0.9;
  await services.oauth.pollQuotas(signal);
  assert.equal((await answerOf(await under.chat()))[0], "antigravity");
  const accounts = await under.api("GET", "/api/accounts");
  assert.match(JSON.stringify(accounts.body), /"remaining":0\.9/);
});

Deno.test("an ended sign-in says so, a new one brings the account back, and removal revokes it", async () => {
  await using under = await oauthProxy();
  const { id } = await under.signIn("ada@example.com");
  const state = under.google.control.account("ada@example.com");
  state.refresh = "invalid_grant";
  under.google.control.expireAccessTokens("ada@example.com");
  const refused = await under.chat();
  assert.match(await refused.text(), /sign in again/);
  const keys = await under.api("GET", "/api/keys/safe");
  assert.match(JSON.stringify(keys.body), /"status":"dead","reason":"The sign-in of this account has ended/);
  state.refresh = "ok";
  assert.equal((await under.signIn("ada@example.com"))["id"], id);
  assert.equal((await answerOf(await under.chat()))[0], "antigravity");
  const removed = await under.api("DELETE", "/api/accounts/ada@example.com");
  assert.deepEqual(removed.body, { email: "ada@example.com", revoked: true });
  assert.ok(!under.google.control.hasGrant("ada@example.com"));
  const gone = await under.chat();
  assert.ok(gone.status >= 400, await gone.text());
});

Deno.test("removing an account among the keys signs it out, and it goes all the same when Google knows no sign-in", async () => {
  await using under = await oauthProxy();
  const { id } = await under.signIn("ada@example.com");
  const removed = await under.api("DELETE", "/api/keys/ada@example.com");
  assert.equal(removed.status, 200);
  assert.equal(removed.body["id"], id);
  assert.deepEqual([removed.body["revoked"], removed.body["undo"]], [true, ""]);
  assert.match(String(removed.body["note"]), /signed out at Google/);
  assert.ok(!under.google.control.hasGrant("ada@example.com"));
  const gone = await under.chat();
  assert.ok(gone.status >= 400, await gone.text());

  await under.signIn("bob@example.com");
  const [bob] = await under.proxy.services.store.credentials.list();
  assert.ok(bob?.source === "antigravity");
  const body = new URLSearchParams({ token: bob.refreshToken.reveal() });
  const address = under.google.tokenUrl.replace(/token$/, "revoke");
  await (await fetch(address, { method: "POST", body })).body?.cancel();
  const unknown = await under.api("DELETE", `/api/keys/${bob.id}`);
  assert.equal(unknown.status, 200);
  assert.equal(unknown.body["revoked"], false);
  assert.match(String(unknown.body["note"]), /myaccount\.google\.com\/permissions/);
  assert.deepEqual(await under.proxy.services.store.credentials.list(), []);
  await under.proxy.services.ledger.flush();
  assert.match(under.log.join("\n"), /bob@example.com was removed but its sign-in could not be revoked/);
});

Deno.test("an e-mail that is signed in to two sources names none of them alone", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  await under.signIn("ada@example.com", "gemini-cli");
  const refused = await under.api("DELETE", "/api/keys/ada@example.com");
  assert.equal(refused.status, 409, JSON.stringify(refused.body));
  assert.equal((await under.proxy.services.store.credentials.list()).length, 2);
});

Deno.test("an account that must be verified is off with its link, and the next account serves", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  await under.signIn("eve@example.com");
  under.google.control.account("ada@example.com").trouble = "validation_required";
  for (let call = 0; call < 3; call++) {
    const [, text] = await answerOf(await under.chat());
    assert.match(text, /project-of-eve/);
  }
  await death(under.proxy, "ada@example.com");
  const keys = await under.api("GET", "/api/keys/safe");
  assert.match(JSON.stringify(keys.body), /https:\/\/accounts\.example\.com\/verify/);
});

Deno.test("a request that every account answers with a bare 429 stops, and nobody is cooled", async () => {
  await using under = await oauthProxy();
  for (const name of ["ada", "bob", "eve"]) await under.signIn(`${name}@example.com`);
  const before = under.google.log.length;
  const response = await fetch(`${under.url}/v1/chat/completions`, {
    method: "POST",
    headers: JSON_HEADERS,
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "words of another agent" }] }),
  });
  assert.equal(response.status, 429, await response.text());
  assert.ok(under.google.log.length - before <= 4, "two accounts on two hosts");
  assert.equal((await answerOf(await under.chat()))[0], "antigravity");
});

Deno.test("a refused client version is told as the configuration's fault, never as an answer", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  under.google.control.setVersionFloor("9.9.9");
  const response = await under.chat();
  assert.ok(response.status >= 400, await response.text());
  await under.proxy.services.ledger.flush();
  const calls = await under.api("GET", "/api/requests");
  assert.match(JSON.stringify(calls.body), /no longer takes the client version/);
});

Deno.test("the user agents that are set are told to each source, in set-up and in calls", async () => {
  const told = { antigravity: "antigravity/hub/9.8.7 tests", cli: "GeminiCLI/9.8.7 (tests)" };
  await using under = await oauthProxy({
    ANTIGRAVITY_USER_AGENT: told.antigravity,
    GEMINI_CLI_USER_AGENT: told.cli,
  });
  for (const source of ["antigravity", "gemini-cli"]) {
    const account = await under.signIn("ada@example.com", source);
    assert.equal((await answerOf(await under.chat()))[0], source.replace("-", "_"));
    await under.api("DELETE", `/api/keys/${account["id"]}`);
  }
  const heard = under.google.log.filter(({ host }) => host !== "google");
  for (const { host, path, headers } of heard) {
    assert.equal(headers["user-agent"], host === "cli" ? told.cli : told.antigravity, `${host} ${path}`);
  }
  for (const host of ["daily", "cli"]) {
    assert.ok(heard.some((one) => one.host === host && /enerateContent/.test(one.path)), host);
  }
});

Deno.test("native clients are served by a source in an envelope when no key is there", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Hello" }] }] });
  const ask = async (method: string) => {
    const url = `${under.url}/v1beta/models/gemini-3.6-flash-high:${method}`;
    const reply = await fetch(url, {
      method: "POST",
      headers: { ...JSON_HEADERS, "x-goog-api-key": TOKEN },
      body,
    });
    const text = await reply.text();
    assert.equal(reply.status, 200, text);
    assert.equal(reply.headers.get("x-geminitro-source"), "antigravity");
    return { text, type: reply.headers.get("content-type") };
  };
  const whole = await ask("generateContent");
  assert.ok(JSON.parse(whole.text).candidates[0].content.parts.length > 0);
  const events = await ask("streamGenerateContent?alt=sse");
  assert.equal(events.type, "text/event-stream");
  assert.match(events.text, /^data: \{"candidates".*\r\n\r\n/);
  assert.ok(!events.text.includes('"response":'));
  const array: unknown = JSON.parse((await ask("streamGenerateContent")).text);
  assert.ok(Array.isArray(array) && array.length > 0);
});
