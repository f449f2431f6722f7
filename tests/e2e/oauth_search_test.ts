import assert from "node:assert/strict";
import { MODEL, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const SEPARATE = { ANTIGRAVITY_SEARCH: "separate" };
const ADA = "ada@example.com";

function ask(under: OAuthProxy, path: string, body: unknown): Promise<Response> {
  const headers = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
  return fetch(under.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function post(under: OAuthProxy, path: string, body: unknown) {
  const reply = await ask(under, path, body);
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return { text, warnings: reply.headers.get("x-geminitro-warnings") ?? "" };
}

interface Sent {
  readonly requestType: string;
  readonly request: { readonly tools?: readonly Record<string, unknown>[] };
}

/** A model that takes search beside functions elsewhere. */
const MIXING = "gemini-3.6-flash-high";

/** The generating calls since the last look, as Google saw them. */
function calls({ google }: OAuthProxy, since = 0): readonly Sent[] {
  return google.log.slice(since).filter(({ path }) => /enerateContent$/.test(path)).map(({ body }) =>
    body as Sent
  );
}

const FUNCTION = { name: "look", parameters: { type: "object", properties: {} } };
const chat = (model: string, content = "Who won on pluto") => ({
  model,
  tools: [{ type: "function", function: FUNCTION }, { type: "web_search" }],
  web_search_options: {},
  messages: [{ role: "user", content }],
});
const native = (text: string) => ({
  contents: [{ role: "user", parts: [{ text }] }],
  tools: [{ functionDeclarations: [{ name: "look" }] }, { googleSearch: {} }],
});

Deno.test("by choice a search beside functions is a call of its own before the turn, on every lane", async () => {
  await using under = await oauthProxy(SEPARATE);
  await under.signIn(ADA);
  const lanes: readonly (readonly [path: string, body: unknown])[] = [
    ["/v1/chat/completions", chat(MIXING)],
    ["/v1/chat/completions", { ...chat(MIXING), stream: true }],
    ["/v1/messages", {
      model: MIXING,
      max_tokens: 1_000,
      tools: [{ name: "look", input_schema: FUNCTION.parameters }, {
        type: "web_search_20250305",
        name: "web_search",
      }],
      messages: [{ role: "user", content: "Who won on pluto" }],
    }],
    [`/v1beta/models/${MODEL}:generateContent`, native("Who won on pluto")],
    [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, native("Who won on pluto")],
  ];
  for (const [path, body] of lanes) {
    const before = under.google.log.length;
    const { warnings } = await post(under, path, body);
    assert.match(warnings, /Searched by a call of its own/, path);
    const [search, turn, ...more] = calls(under, before);
    assert.deepEqual(more, [], path);
    assert.equal(search?.requestType, "web_search", path);
    assert.deepEqual(search?.request.tools, [{ googleSearch: {} }], path);
    assert.deepEqual(turn?.request.tools?.map((tool) => Object.keys(tool)), [["functionDeclarations"]], path);
    assert.match(
      JSON.stringify(turn),
      /The pages say much of pluto\..*https:\/\/pages\.example\.com\/pluto/s,
      path,
    );
  }
});

Deno.test("a search that fails leaves the turn as it would be without", async () => {
  await using under = await oauthProxy(SEPARATE);
  await under.signIn(ADA);
  under.google.control.failSearches(true);
  const { warnings } = await post(under, `/v1beta/models/${MODEL}:generateContent`, native("Who won"));
  assert.match(warnings, /The separate search failed and was left out/);
  assert.match(warnings, /googleSearch beside functions/);
  assert.equal(under.proxy.services.pool.view().credentials.every(({ dead }) => dead === undefined), true);
});

Deno.test("steps of a loop of tools, Claude and requests without functions are not searched for", async () => {
  await using under = await oauthProxy(SEPARATE);
  await under.signIn(ADA);
  const loop = {
    ...native("Who won"),
    contents: [
      { role: "user", parts: [{ text: "Who won" }] },
      { role: "model", parts: [{ functionCall: { name: "look", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { name: "look", response: {} } }] },
    ],
  };
  await post(under, `/v1beta/models/${MODEL}:generateContent`, loop);
  await post(under, "/v1/chat/completions", chat("claude-sonnet-4-6"));
  await post(under, `/v1beta/models/${MODEL}:generateContent`, {
    ...native("Who won"),
    tools: [{ googleSearch: {} }],
  });
  assert.deepEqual(calls(under).map(({ requestType }) => requestType), ["agent", "agent", "agent"]);
});

Deno.test("a turn that another account takes over is searched for once", async () => {
  await using under = await oauthProxy(SEPARATE);
  for (const email of [ADA, "bob@example.com"]) await under.signIn(email);
  const before = under.google.log.length;
  // Searches are answered whatever is wrong with turns, so that both accounts are asked for the turn.
  for (const email of [ADA, "bob@example.com"]) under.google.control.account(email).trouble = "named_user";
  const reply = await ask(under, `/v1beta/models/${MODEL}:generateContent`, native("Who won"));
  assert.equal(reply.status, 403, await reply.text());
  assert.deepEqual(calls(under, before).map(({ requestType }) => requestType), [
    "web_search",
    "agent",
    "agent",
  ]);
});

Deno.test("without the choice nothing is searched, and the client is told", async () => {
  await using under = await oauthProxy();
  await under.signIn(ADA);
  const { warnings } = await post(under, `/v1beta/models/${MODEL}:generateContent`, native("Who won"));
  assert.match(warnings, /googleSearch beside functions/);
  assert.deepEqual(calls(under).map(({ requestType }) => requestType), ["agent"]);
});
