import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { isObject } from "../../src/core/mod.ts";
import { type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

/** A Gemini and a Claude model of Antigravity, and what Code Assist serves to Gemini CLI accounts. */
const CASES = [
  ["antigravity", "gemini-3.6-flash-high"],
  ["antigravity", "claude-sonnet-4-6"],
  ["gemini-cli", "gemini-2.5-flash"],
] as const;

const ASKED = "please call look";
const SCHEMA = {
  type: "object" as const,
  properties: { place: { type: "string", minLength: 1 }, kind: { enum: ["a", "b"] } },
  additionalProperties: false,
};

async function withAccount(provider: string): Promise<OAuthProxy> {
  const under = await oauthProxy();
  await under.signIn("ada@example.com", provider);
  return under;
}

/** The last generating call that the fake let through, as it was sent. */
function lastSent(under: OAuthProxy): string {
  const entry = under.google.log.findLast((one) => /enerateContent$/.test(one.path) && one.status === 200);
  assert.ok(isObject(entry?.body));
  return JSON.stringify(entry.body);
}

for (const [provider, model] of CASES) {
  Deno.test(`Anthropic's SDK runs a thinking tool loop on ${model} of ${provider}`, async () => {
    await using under = await withAccount(provider);
    const client = new Anthropic({ baseURL: under.url, apiKey: TOKEN, maxRetries: 0 });
    const base = {
      model,
      max_tokens: 8_000,
      thinking: { type: "enabled" as const, budget_tokens: 2_000 },
      tools: [{ name: "look", description: "Looks.", input_schema: SCHEMA }],
    };
    const ask = { role: "user" as const, content: ASKED };
    const first = await client.messages.stream({ ...base, messages: [ask] }).finalMessage();
    assert.equal(first.stop_reason, "tool_use");
    assert.deepEqual(first.content.map((block) => block.type), ["thinking", "tool_use"]);
    const call = first.content.find((block) => block.type === "tool_use");
    assert.ok(call !== undefined);
    const result = { type: "tool_result" as const, tool_use_id: call.id, content: "a lake" };
    const messages = [ask, { role: "assistant" as const, content: first.content }, {
      role: "user" as const,
      content: [result],
    }];
    const second = await client.messages.create({ ...base, messages });
    assert.match(JSON.stringify(second.content), /Served by/);
    const sent = lastSent(under);
    assert.match(sent, /functionResponse/);
    // Claude wants its thoughts back, text and signature, and then goes on thinking; Gemini signs its calls.
    assert.ok(sent.includes("thinkingConfig"), sent);
    assert.equal(sent.includes('"thought":true'), model.startsWith("claude"));
  });

  Deno.test(`OpenAI's SDK runs a tool loop on ${model} of ${provider}, in chat and in responses`, async () => {
    await using under = await withAccount(provider);
    const client = new OpenAI({ baseURL: `${under.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
    const tools = [{ type: "function" as const, function: { name: "look", parameters: SCHEMA } }];
    const ask = { role: "user" as const, content: ASKED };
    const first = await client.chat.completions.create({ model, tools, messages: [ask] });
    const message = first.choices[0]!.message;
    const [call] = message.tool_calls ?? [];
    assert.ok(call?.type === "function" && call.function.name === "look" && call.function.arguments === "{}");
    const answer = { role: "tool" as const, tool_call_id: call.id, content: "a lake" };
    const second = await client.chat.completions.create({
      model,
      tools,
      messages: [ask, message, answer],
      stream: true,
    });
    let text = "";
    for await (const chunk of second) text += chunk.choices[0]?.delta.content ?? "";
    assert.match(text, /Served by/);

    const flat = [{ type: "function" as const, name: "look", parameters: SCHEMA, strict: false }];
    const begun = await client.responses.create({ model, tools: flat, input: ASKED });
    const made = begun.output.find((item) => item.type === "function_call");
    assert.ok(made?.type === "function_call");
    const output = { type: "function_call_output" as const, call_id: made.call_id, output: "a lake" };
    const ended = await client.responses.create({
      model,
      tools: flat,
      previous_response_id: begun.id,
      input: [output],
    });
    assert.match(ended.output_text, /Served by/);
  });
}
