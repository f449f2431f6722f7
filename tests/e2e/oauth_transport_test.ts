import assert from "node:assert/strict";
import { answerOf, MODEL, type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const HEADERS = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
const CLAUDE = "claude-sonnet-4-6";

async function post(under: OAuthProxy, path: string, body: unknown): Promise<Response> {
  return await fetch(under.url + path, { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
}

function sent(under: OAuthProxy): Record<string, unknown> {
  const last = under.google.log.findLast(({ path }) => /enerateContent$/.test(path));
  const body = last?.body as Record<string, Record<string, unknown>> | undefined;
  return body?.["request"] ?? {};
}

Deno.test("turns are always asked for as streams, and joined for clients that want them whole", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com", "gemini-cli");
  for (const model of [CLAUDE, MODEL, "gemini-2.5-flash"]) {
    const [, text] = await answerOf(await under.chat(model));
    assert.match(text, new RegExp(`^Served by \\w+ with ${model} für project-of-\\w+\\.$`));
    const reply = await post(under, `/v1beta/models/${model}:generateContent`, {
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    });
    const body = await reply.json();
    assert.equal(reply.status, 200, JSON.stringify(body));
    assert.match(reply.headers.get("content-type") ?? "", /^application\/json/);
    const [candidate] = body.candidates;
    assert.deepEqual(candidate.content.parts.map((part: { text: string }) => part.text), [text]);
    assert.deepEqual([candidate.finishReason, body.usageMetadata.totalTokenCount], ["STOP", 21]);
    assert.equal(body.candidates.length, 1);
  }
  assert.ok(under.google.log.every(({ path }) => !path.endsWith(":generateContent")));
});

const TOOLS = [
  { name: "mcp.server__do", description: "Does it", input_schema: { type: "object", properties: {} } },
  { name: "look", input_schema: { type: "object", properties: { at: { type: "string" } } } },
];

Deno.test("Claude's tools keep the client's names and ids, whatever characters they have", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  const first = await post(under, "/v1/messages", {
    model: CLAUDE,
    max_tokens: 4_000,
    tools: TOOLS,
    messages: [{ role: "user", content: "Please call mcp.server__do" }],
  });
  const turn = await first.json();
  assert.equal(first.status, 200, JSON.stringify(turn));
  const declared = JSON.stringify(sent(under)["tools"]);
  assert.ok(!declared.includes("mcp.server__do"), declared);
  const call = { type: "function", id: "call_a|fc_1", function: { name: "mcp.server__do", arguments: "{}" } };
  const loop = await post(under, "/v1/chat/completions", {
    model: CLAUDE,
    temperature: 0.3,
    top_p: 0.9,
    tools: TOOLS.map(({ name, input_schema }) => ({
      type: "function",
      function: { name, parameters: input_schema },
    })),
    messages: [
      { role: "user", content: "Do it" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_a|fc_1", content: "done" },
    ],
  });
  assert.equal(loop.status, 200, await loop.text());
  const config = sent(under)["generationConfig"] as Record<string, unknown>;
  assert.deepEqual([config["temperature"], config["topP"]], [0.3, undefined]);
});

Deno.test("a Claude reply calls a tool by the client's own name", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  const tool = (name: string) => ({ type: "function", function: { name, parameters: { type: "object" } } });
  for (const name of ["plain_name", "mcp.server__do"]) {
    // The fake calls the tool whose name as sent is in the prompt.
    await post(under, "/v1/chat/completions", {
      model: CLAUDE,
      tools: [tool(name)],
      messages: [{ role: "user", content: "hi" }],
    })
      .then((reply) => reply.body?.cancel());
    const declared = JSON.stringify(sent(under)["tools"]);
    const upstreamName = /"name":"([^"]+)"/.exec(declared)?.[1];
    for (const stream of [false, true]) {
      const reply = await post(under, "/v1/chat/completions", {
        model: CLAUDE,
        stream,
        tools: [tool(name)],
        messages: [{ role: "user", content: `call ${upstreamName}` }],
      });
      const text = await reply.text();
      assert.equal(reply.status, 200, text);
      assert.match(text, new RegExp(`"name":"${name}"`));
    }
  }
});

Deno.test("what an account's source cannot do is told: forced tools of Claude, search beside functions", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  const forced = await post(under, "/v1/messages", {
    model: CLAUDE,
    max_tokens: 4_000,
    tools: TOOLS,
    tool_choice: { type: "tool", name: "look" },
    messages: [{ role: "user", content: "Hello" }],
  });
  assert.equal(forced.status, 200, await forced.text());
  assert.match(forced.headers.get("x-geminitro-warnings") ?? "", /only look was offered/);
  assert.equal((JSON.stringify(sent(under)["tools"]).match(/"name"/g) ?? []).length, 1);
  const search = await post(under, `/v1beta/models/${MODEL}:generateContent`, {
    contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    tools: [{ functionDeclarations: [{ name: "look" }] }, { googleSearch: {} }],
  });
  assert.equal(search.status, 200, await search.text());
  assert.match(search.headers.get("x-geminitro-warnings") ?? "", /googleSearch beside functions/);
});

Deno.test("an empty turn and one of thoughts alone are one honest answer, streamed and whole alike", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  for (const trouble of ["empty", "thoughts"] as const) {
    under.google.control.account("ada@example.com").trouble = trouble;
    for (const stream of [false, true]) {
      const before = under.google.log.length;
      const reply = await post(under, "/v1/chat/completions", {
        model: MODEL,
        stream,
        messages: [{ role: "user", content: `Hello ${stream}` }],
      });
      const text = await reply.text();
      assert.equal(reply.status, 200, text);
      assert.match(text, /"finish_reason":"stop"/);
      assert.ok(under.google.log.length - before <= 2, "asked once more at most");
    }
    const native = await post(under, `/v1beta/models/${MODEL}:generateContent`, {
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    });
    assert.equal(native.status, 200, await native.text());
  }
});
