import assert from "node:assert/strict";
import { answerOf, API_KEY, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const HEADERS = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
const MESSAGES = [{ role: "user", content: "Hello" }];
const CONTENTS = [{ role: "user", parts: [{ text: "Hello" }] }];

async function post(under: OAuthProxy, path: string, body: unknown): Promise<Response> {
  const reply = await fetch(under.url + path, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return new Response(text, reply);
}

/** What Antigravity was last asked for. */
function asked(under: OAuthProxy): unknown {
  const last = under.google.log.findLast(({ path }) => /enerateContent$/.test(path));
  return (last?.body as Record<string, unknown> | undefined)?.["model"];
}

const FLASH = "gemini-3.8-flash";

Deno.test("a base name with any effort reaches the source's variant, over every lane", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").models = ["high", "medium", "low"].map((one) =>
    `${FLASH}-${one}`
  );
  await under.signIn("ada@example.com");
  for (const effort of ["low", "medium", "high"]) {
    const thinkingConfig = { thinkingLevel: effort };
    const budget = { low: 1_024, medium: 8_000, high: 20_000 }[effort] ?? 0;
    const calls: readonly (readonly [string, unknown])[] = [
      ["/v1/chat/completions", { model: FLASH, messages: MESSAGES, reasoning_effort: effort }],
      ["/v1/responses", { model: FLASH, input: "Hello", reasoning: { effort } }],
      ["/v1/messages", {
        model: FLASH,
        max_tokens: 30_000,
        messages: MESSAGES,
        thinking: { type: "enabled", budget_tokens: budget },
      }],
      [`/v1beta/models/${FLASH}:generateContent`, {
        contents: CONTENTS,
        generationConfig: { thinkingConfig },
      }],
    ];
    for (const [path, body] of calls) {
      const reply = await post(under, path, body);
      assert.equal(asked(under), `${FLASH}-${effort}`, path);
      assert.equal(reply.headers.get("x-geminitro-source"), "antigravity");
    }
  }
  await post(under, "/v1/chat/completions", { model: FLASH, messages: MESSAGES });
  assert.equal(asked(under), `${FLASH}-medium`, "without an effort the middle one");
  await post(under, "/v1/chat/completions", { model: `${FLASH}-low`, messages: MESSAGES });
  assert.equal(asked(under), `${FLASH}-low`, "who names a variant gets it");
});

Deno.test("keys, then Antigravity, then Gemini CLI serve one name without a fallback made by hand", async () => {
  await using under = await oauthProxy();
  const model = "gemini-2.5-flash";
  under.google.control.account("ada@example.com").models = [`${model}-thinking`, "claude-opus-4-6-thinking"];
  await under.api("POST", "/api/keys", { key: API_KEY });
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com", "gemini-cli");
  const served = async () => (await answerOf(await under.chat(model)))[0];
  assert.equal(await served(), "api_key");
  const models = await under.api("GET", "/api/models");
  const entries = models.body["entries"] as Record<string, unknown>[];
  const row = entries.find(({ id }) => id === model);
  assert.deepEqual(row?.["sources"], ["api_key", "antigravity", "gemini_cli"]);
  assert.equal(entries.find(({ id }) => id === `${model}-thinking`)?.["variantOf"], model);
  under.gemini.control.limits("project-1", model, { rpd: 0 });
  assert.equal(await served(), "antigravity");
  assert.equal(asked(under), `${model}-thinking`);
  under.google.control.account("ada@example.com").quotas.gemini["5h"].fraction = 0;
  assert.equal(await served(), "gemini_cli");
  assert.equal((await answerOf(await under.chat("claude-opus-4-6")))[0], "antigravity");
  assert.equal(asked(under), "claude-opus-4-6-thinking");
});

Deno.test("a name with and without -preview is one model", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").models = ["gemini-3-flash"];
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com", "gemini-cli");
  for (const name of ["gemini-3-flash", "gemini-3-flash-preview"]) {
    assert.equal((await answerOf(await under.chat(name)))[0], "antigravity", name);
    assert.equal(asked(under), "gemini-3-flash");
  }
  under.google.control.account("ada@example.com").quotas.gemini["5h"].fraction = 0;
  for (const name of ["gemini-3-flash", "gemini-3-flash-preview"]) {
    assert.equal((await answerOf(await under.chat(name)))[0], "gemini_cli", name);
    assert.equal(asked(under), "gemini-3-flash-preview");
  }
});
