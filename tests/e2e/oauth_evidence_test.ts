import assert from "node:assert/strict";
import { answerOf, API_KEY, MODEL, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const HEADERS = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
const FILTERED = "words of another agent";

function turns(under: OAuthProxy, host?: string): number {
  return under.google.log.filter((one) =>
    /enerateContent$/.test(one.path) && (host === undefined || one.host === host)
  ).length;
}

async function post(under: OAuthProxy, path: string, body: unknown): Promise<Response> {
  return await fetch(under.url + path, { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
}

const chatBody = (content: string, model = MODEL) => ({ model, messages: [{ role: "user", content }] });

Deno.test("a filtered request that is repeated is answered without asking again, and neutral calls are all served", async () => {
  await using under = await oauthProxy();
  for (const name of ["ada", "bob", "eve"]) await under.signIn(`${name}@example.com`);
  const lanes = [
    () => post(under, "/v1/chat/completions", chatBody(FILTERED)),
    () =>
      post(under, `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, {
        contents: [{ role: "user", parts: [{ text: FILTERED }] }],
      }),
  ];
  for (const lane of lanes) {
    const before = turns(under);
    for (let call = 0; call < 20; call++) {
      const refused = await lane();
      assert.equal(refused.status, 429);
      assert.match(await refused.text(), /something in the request itself/);
      assert.equal((await answerOf(await under.chat()))[0], "antigravity");
    }
    assert.ok(turns(under) - before <= 20 + 4, `${turns(under) - before} calls for 20 neutral ones`);
  }
});

Deno.test("a filtered request is served by a source that takes it, at once when it is repeated", async () => {
  await using under = await oauthProxy({ SOURCE_ORDER: "antigravity,api_key,gemini_cli,vertex" });
  await under.api("POST", "/api/keys", { key: API_KEY });
  for (const name of ["ada", "bob", "eve"]) await under.signIn(`${name}@example.com`);
  const before = turns(under);
  for (let call = 0; call < 3; call++) {
    const reply = await post(under, "/v1/chat/completions", chatBody(FILTERED));
    assert.equal((await answerOf(reply))[0], "api_key");
  }
  assert.ok(turns(under) - before <= 4, "two accounts on two hosts, once");
});

Deno.test("a private person's account is asked at the preferred host alone", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").managed = false;
  await under.signIn("ada@example.com");
  await (await post(under, "/v1/chat/completions", chatBody(FILTERED))).body?.cancel();
  assert.deepEqual([turns(under, "daily"), turns(under, "prod")], [1, 0]);
});

Deno.test("what a stand-in host says of the source closes nothing while an account is served", async () => {
  await using under = await oauthProxy();
  for (const name of ["ada", "bob"]) await under.signIn(`${name}@example.com`);
  under.google.control.account("ada@example.com").trouble = "bare_429";
  under.google.control.failHost("prod", "old_version");
  for (let call = 0; call < 6; call++) {
    const [source, text] = await answerOf(await under.chat());
    assert.equal(source, "antigravity");
    assert.match(text, /project-of-bob/);
  }
});

Deno.test("a model that is withdrawn in words is gone for its source: the next one serves, or 404 says so", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  under.google.control.account("ada@example.com").trouble = "withdrawn";
  for (const stream of [false, true]) {
    const refused = await post(under, "/v1/chat/completions", { ...chatBody("Hello"), stream });
    assert.equal(refused.status, 404);
    assert.match(await refused.text(), /Please switch to Gemini 3\.1 Pro/);
  }
  await under.signIn("bob@example.com", "gemini-cli");
  assert.equal((await answerOf(await under.chat()))[0], "gemini_cli");
});

Deno.test("thoughts that another Claude signed are left out once, and the conversation goes on", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  const body = {
    model: "claude-sonnet-4-6",
    max_tokens: 4_000,
    thinking: { type: "enabled", budget_tokens: 2_000 },
    messages: [
      { role: "user", content: "Hello" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hm.", signature: "EqQBCgIYAhIM".repeat(12) },
          { type: "text", text: "Hi." },
        ],
      },
      { role: "user", content: "Go on" },
    ],
  };
  const before = turns(under);
  for (let call = 0; call < 3; call++) {
    const reply = await post(under, "/v1/messages", body);
    assert.equal(reply.status, 200, await reply.text());
  }
  assert.ok(turns(under) - before <= 4, `${turns(under) - before} calls: the refusal is learned from`);
});

Deno.test("a model without capacity is left alone until Google's stated time, and the client is told it", async () => {
  await using under = await oauthProxy({ QUEUE_MAX_WAIT: "1000" });
  for (const name of ["ada", "bob", "eve"]) {
    await under.signIn(`${name}@example.com`);
    under.google.control.account(`${name}@example.com`).trouble = "capacity";
  }
  const before = turns(under);
  for (let call = 0; call < 4; call++) {
    const refused = await under.chat();
    assert.ok(refused.status >= 500, String(refused.status));
    const after = Number(refused.headers.get("retry-after"));
    assert.ok(after > 20 && after <= 40, `retry-after ${after}: ${await refused.text()}`);
  }
  assert.ok(turns(under) - before <= 2, `${turns(under) - before} calls`);
  await under.signIn("cli@example.com", "gemini-cli");
  assert.equal((await answerOf(await under.chat()))[0], "gemini_cli", "another source serves meanwhile");
});

Deno.test("polls renew an ended token, put an account out that must be verified, and leave budgets out that are off", async () => {
  await using under = await oauthProxy();
  for (const name of ["ada", "eve", "off"]) await under.signIn(`${name}@example.com`);
  const { signal } = new AbortController();
  const account = (name: string) => under.google.control.account(`${name}@example.com`);
  under.google.control.expireAccessTokens("ada@example.com");
  account("eve").pollTrouble = "validation_required";
  for (const budget of Object.values(account("off").quotas.gemini)) budget.disabled = true;
  await under.proxy.services.oauth.pollQuotas(signal);
  const { body } = await under.api("GET", "/api/accounts");
  const accounts = body["accounts"] as Record<string, unknown>[];
  const of = (name: string) => accounts.find((one) => one["email"] === `${name}@example.com`) ?? {};
  assert.match(JSON.stringify(of("ada")["quota"]), /"remaining":1/);
  assert.equal(of("eve")["state"], "needs_verification");
  assert.match(String(of("eve")["link"]), /verify/);
  for (let call = 0; call < 4; call++) {
    assert.match((await answerOf(await under.chat()))[1], /project-of-ada/);
  }
});

Deno.test("calls are spread over accounts by what is left, an account that tells nothing among them", async () => {
  await using under = await oauthProxy();
  for (const [name, fraction] of [["full", 0.9], ["half", 0.8], ["low", 0.2]] as const) {
    await under.signIn(`${name}@example.com`);
    under.google.control.account(`${name}@example.com`).quotas.gemini["5h"].fraction = fraction;
  }
  await under.proxy.services.oauth.pollQuotas(new AbortController().signal);
  for (let call = 0; call < 20; call++) {
    const reply = await post(under, "/v1/chat/completions", chatBody(`Conversation ${call}`));
    await answerOf(reply);
  }
  const served = (name: string) => under.google.control.account(`${name}@example.com`).served;
  assert.ok(
    served("full") >= 6 && served("half") >= 5,
    `${served("full")}, ${served("half")}, ${served("low")}`,
  );
  assert.ok(served("low") <= 3);
});

Deno.test("quotas are known from the sign-in on, and asked for now of one account or of all", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").quotas.gemini["5h"].fraction = 0.7;
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com");
  const quotaOf = async (body: unknown) =>
    JSON.stringify((await under.api("POST", "/api/accounts/quota", body)).body);
  const first = await under.api("GET", "/api/accounts");
  assert.match(JSON.stringify(first.body), /"remaining":0\.7/, "the first numbers come with the sign-in");
  under.google.control.account("ada@example.com").quotas.gemini["5h"].fraction = 0.4;
  const one = await quotaOf({ account: "bob@example.com" });
  assert.ok(one.includes("bob@example.com") && !one.includes("ada@example.com"));
  assert.match(await quotaOf({}), /"remaining":0\.4/);
  const none = await under.api("POST", "/api/accounts/quota", { account: "nobody@example.com" });
  assert.equal(none.status, 404);
});
