import assert from "node:assert/strict";
import { join } from "node:path";
import type { SimAccount } from "../../src/sim/mod.ts";
import { API_KEY, MODEL, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

/** A sickness of an account: how the fake plays it, and what its owner must be told. */
interface Sickness {
  readonly name: string;
  readonly state: string;
  readonly status: number;
  readonly says: RegExp;
  readonly fall: (account: SimAccount, under: OAuthProxy) => void;
}

const SICK = "sick@example.com";
const WELL = "well@example.com";

const SICKNESSES: readonly Sickness[] = [
  {
    name: "a revoked sign-in",
    state: "needs_sign_in",
    status: 401,
    says: /sign in again/,
    fall(account, { google }) {
      account.refresh = "invalid_grant";
      google.control.expireAccessTokens(SICK);
    },
  },
  {
    name: "a token of another client",
    state: "needs_sign_in",
    status: 401,
    says: /sign in again/,
    fall(account, { google }) {
      account.refresh = "unauthorized_client";
      google.control.expireAccessTokens(SICK);
    },
  },
  {
    name: "a token that stays refused",
    state: "needs_sign_in",
    status: 401,
    says: /sign in again/,
    fall: (account) => void (account.trouble = "unauthenticated"),
  },
  {
    name: "a verification that is due",
    state: "needs_verification",
    status: 403,
    says: /verify/,
    fall: (account) => void (account.trouble = "validation_required"),
  },
  {
    name: "a ban",
    state: "refused",
    status: 403,
    says: /violation of/,
    fall: (account) => void (account.trouble = "banned"),
  },
  {
    name: "no seat",
    state: "refused",
    status: 403,
    says: /named user/,
    fall: (account) => void (account.trouble = "named_user"),
  },
  {
    name: "an API that is off",
    state: "needs_set_up",
    status: 403,
    says: /Gemini for Google Cloud/,
    fall: (account) => void (account.trouble = "project_off"),
  },
  {
    name: "a project that stays refused",
    state: "needs_set_up",
    status: 403,
    says: /switched off in this account's project/,
    fall: (account) => void (account.trouble = "stale_project"),
  },
];

const HEADERS = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
const MESSAGES = [{ role: "user", content: "Hello" }];
const CONTENTS = [{ role: "user", parts: [{ text: "Hello" }] }];

const LANES = {
  chat: ["/v1/chat/completions", { model: MODEL, messages: MESSAGES }],
  responses: ["/v1/responses", { model: MODEL, input: "Hello", stream: true }],
  messages: ["/v1/messages", { model: MODEL, max_tokens: 50, messages: MESSAGES, stream: true }],
  native: [`/v1beta/models/${MODEL}:generateContent`, { contents: CONTENTS }],
  "native stream": [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, { contents: CONTENTS }],
} as const;

async function ask(under: OAuthProxy, lane: keyof typeof LANES) {
  const [path, body] = LANES[lane];
  const reply = await fetch(under.url + path, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(body),
  });
  return { status: reply.status, text: await reply.text(), source: reply.headers.get("x-geminitro-source") };
}

/** How often Google was asked for a turn with the token of an account. */
function turns(under: OAuthProxy, email: string): number {
  return under.google.log.filter(({ account, path }) => account === email && /enerateContent$/.test(path))
    .length;
}

async function onFile(): Promise<AsyncDisposable & { readonly env: Record<string, string> }> {
  const home = await Deno.makeTempDir();
  return {
    env: { GEMINITRO_KV: join(home, "data.kv"), GEMINITRO_HOME: home },
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

async function standing(under: OAuthProxy, email: string): Promise<Record<string, unknown>> {
  const { body } = await under.api("GET", "/api/accounts");
  const accounts = body["accounts"] as Record<string, unknown>[];
  return accounts.find((one) => one["email"] === email) ?? {};
}

/** Waits until the database knows: that is written beside the call. */
async function known(under: OAuthProxy, email: string): Promise<void> {
  const { store } = under.proxy.services;
  while (true) {
    const change = Promise.withResolvers<void>();
    const stop = store.config.subscribe(() => change.resolve());
    const dead = (await store.credentials.list()).some((one) => one.tail === email && one.dead !== undefined);
    if (!dead) await change.promise;
    stop();
    if (dead) return;
  }
}

for (const { name, state, status, says, fall } of SICKNESSES) {
  Deno.test(`${name}, alone: every lane tells it, before and after a restart, and Google is not asked again`, async () => {
    await using file = await onFile();
    await using under = await oauthProxy(file.env);
    await under.signIn(SICK);
    fall(under.google.control.account(SICK), under);
    await ask(under, "chat");
    await known(under, SICK);
    const asked = turns(under, SICK);
    for (const again of [false, true]) {
      if (again) await under.restart();
      for (const lane of Object.keys(LANES) as (keyof typeof LANES)[]) {
        const told = await ask(under, lane);
        assert.equal(told.status, status, `${lane}: ${told.text}`);
        assert.match(told.text, says, lane);
      }
      const shown = await standing(under, SICK);
      assert.equal(shown["state"], state, JSON.stringify(shown));
      assert.match(String(shown["reason"]), says);
      assert.ok(String(shown["remedy"]).length > 10);
      const keys = await under.api("GET", "/api/keys/safe");
      assert.match(JSON.stringify(keys.body), new RegExp(`"state":"${state}"`));
      const models = await under.api("GET", "/v1/models");
      assert.match(JSON.stringify(models.body), new RegExp(MODEL), "the models are told all the same");
    }
    assert.equal(turns(under, SICK), asked, "Google is asked no more");
  });

  Deno.test(`${name}, beside a healthy account: every call is served, and the sick one is asked once`, async () => {
    await using file = await onFile();
    await using under = await oauthProxy(file.env);
    await under.signIn(SICK);
    await under.signIn(WELL);
    fall(under.google.control.account(SICK), under);
    for (const again of [false, true]) {
      if (again) await under.restart();
      for (const lane of Object.keys(LANES) as (keyof typeof LANES)[]) {
        const told = await ask(under, lane);
        assert.equal(told.status, 200, `${lane}: ${told.text}`);
        assert.equal(told.source, "antigravity");
      }
    }
    assert.ok(turns(under, SICK) <= 2, "once, and once more with a new token");
  });
}

Deno.test("sick accounts beside keys: every call is served by the source that can", async () => {
  await using under = await oauthProxy({ SOURCE_ORDER: "antigravity,api_key,gemini_cli,vertex" });
  await under.api("POST", "/api/keys", { key: API_KEY });
  await under.signIn(SICK);
  for (const { name, fall } of SICKNESSES) {
    const account = under.google.control.account(SICK);
    account.trouble = undefined;
    account.refresh = "ok";
    await under.signIn(SICK);
    assert.equal((await ask(under, "chat")).source, "antigravity");
    fall(account, under);
    for (const lane of Object.keys(LANES) as (keyof typeof LANES)[]) {
      const told = await ask(under, lane);
      assert.equal(told.status, 200, `${name}, ${lane}: ${told.text}`);
      assert.equal(told.source, "api_key", name);
    }
  }
});

Deno.test("four of five accounts are sick: 200 calls over all lanes are answered with at most 8 refusals", async () => {
  await using under = await oauthProxy();
  const troubles = ["unauthenticated", "validation_required", "project_off", "named_user"] as const;
  for (const trouble of troubles) {
    await under.signIn(`${trouble}@example.com`);
  }
  await under.signIn(WELL);
  for (const trouble of troubles) under.google.control.account(`${trouble}@example.com`).trouble = trouble;
  const before = under.google.log.length;
  const lanes = Object.keys(LANES) as (keyof typeof LANES)[];
  for (let call = 0; call < 200; call++) {
    const told = await ask(under, lanes[call % lanes.length]!);
    assert.equal(told.status, 200, told.text);
  }
  const refused = under.google.log.slice(before).filter(({ status }) => status >= 400);
  assert.ok(refused.length <= 8, `${refused.length} refusals`);
});

Deno.test("an account goes on with the OAuth client that it was signed in with when another one is configured", async () => {
  await using file = await onFile();
  await using under = await oauthProxy(file.env);
  await under.signIn(WELL);
  const other = { id: "999888777666-other.apps.googleusercontent.com", secret: "another-secret" };
  under.google.control.addClient(other.id, other.secret);
  await under.restart({ OAUTH_CLIENT_ID: other.id, OAUTH_CLIENT_SECRET: other.secret });
  under.google.control.expireAccessTokens(WELL);
  assert.equal((await ask(under, "chat")).status, 200);
  assert.equal((await standing(under, WELL))["state"], "ready");
  await under.signIn("new@example.com");
  under.google.control.expireAccessTokens("new@example.com");
  for (let call = 0; call < 4; call++) assert.equal((await ask(under, "chat")).status, 200);
  const stored = await Deno.readTextFile(file.env["GEMINITRO_KV"]!).catch(() => "");
  assert.ok(!stored.includes(other.secret), "its secret is sealed");
});
