import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, generateCalls, MODEL, TOKEN, until } from "./calls.ts";

const THINKER = "gemini-3-flash-preview";

function clientOf(t: UnderTest): Anthropic {
  return new Anthropic({ apiKey: TOKEN, baseURL: t.url, maxRetries: 0 });
}

const tools: Anthropic.Tool[] = ["weather", "forecast"].map((name) => ({
  name,
  description: `The ${name} of a place`,
  input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
}));

Deno.test("anthropic SDK over sockets: a message, a stream, a count, models, a base URL with /v1", async () => {
  await using t = await proxyUnderTest();
  const anthropic = clientOf(t);
  const body = { model: MODEL, max_tokens: 500, messages: [{ role: "user" as const, content: "hello" }] };
  const reply = await anthropic.messages.create(body);
  assert.deepEqual(reply.content.map((block) => block.type === "text" ? block.text : ""), [
    "You said: hello",
  ]);
  assert.equal(reply.stop_reason, "end_turn");
  assert.ok(reply._request_id?.startsWith("req_"), "no request-id header");
  const streamed = await anthropic.messages.stream(body).finalMessage();
  assert.deepEqual(streamed.content, reply.content);
  assert.deepEqual(streamed.usage.output_tokens, reply.usage.output_tokens);
  const models = await anthropic.models.list();
  assert.ok(models.data.some(({ id }) => id === MODEL));
  const nested = new Anthropic({ apiKey: TOKEN, baseURL: `${t.url}/v1`, maxRetries: 0 });
  assert.equal((await nested.messages.create(body)).stop_reason, "end_turn");
  assertIdle(t);
});

Deno.test("anthropic SDK over sockets: count_tokens with system and tools counts the whole request", async () => {
  await using t = await proxyUnderTest();
  const counted = await clientOf(t).messages.countTokens({
    model: MODEL,
    system: "Be brief.",
    tools,
    messages: [{ role: "user", content: "hello" }],
  });
  assert.ok(Number.isInteger(counted.input_tokens) && counted.input_tokens > 5);
  const sent = t.simulator.log.find(({ method }) => method === "countTokens");
  const wrapped = sent?.body?.["generateContentRequest"] as Record<string, unknown> | undefined;
  assert.equal(wrapped?.["model"], `models/${MODEL}`);
  assert.ok(wrapped?.["systemInstruction"] !== undefined && wrapped["tools"] !== undefined);
});

for (const stream of [false, true]) {
  Deno.test(`anthropic SDK over sockets: parallel tools over three turns with thinking (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const anthropic = clientOf(t);
    const messages: Anthropic.MessageParam[] = [];
    const ask = async () => {
      const body = {
        model: THINKER,
        max_tokens: 4096,
        messages,
        tools,
        thinking: { type: "enabled" as const, budget_tokens: 2048 },
      };
      const reply = stream
        ? await anthropic.messages.stream(body).finalMessage()
        : await anthropic.messages.create(body);
      messages.push({ role: "assistant", content: reply.content });
      return reply;
    };
    for (let turn = 0; turn < 3; turn++) {
      messages.push({ role: "user", content: `weather and forecast in parallel, round ${turn}` });
      const asked = await ask();
      assert.equal(asked.stop_reason, "tool_use");
      const uses = asked.content.filter((block) => block.type === "tool_use");
      assert.equal(uses.length, 2);
      messages.push({
        role: "user",
        content: uses.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: `sunny ${turn}` })),
      });
      const said = await ask();
      assert.equal(said.stop_reason, "end_turn");
      assert.match(JSON.stringify(said.content), new RegExp(`sunny ${turn}`));
    }
    assert.ok(generateCalls(t).every(({ status }) => status === 200), "the simulator refused a turn");
    assertIdle(t);
  });
}

Deno.test("anthropic SDK over sockets: images and tool results with images reach Google", async () => {
  await using t = await proxyUnderTest();
  const data =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  await clientOf(t).messages.create({
    model: MODEL,
    max_tokens: 100,
    messages: [{
      role: "user",
      content: [{ type: "image", source: { type: "base64", media_type: "image/png", data } }],
    }],
  });
  assert.match(generateCalls(t)[0]?.bodyText ?? "", /"inlineData":\{"mimeType":"image\/png"/);
});

Deno.test("anthropic SDK over sockets: leaving in mid-stream ends the upstream call within 50 ms", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.fault({ kind: "hang", after: 2 });
  const stream = clientOf(t).messages.stream({
    model: MODEL,
    max_tokens: 100,
    messages: [{ role: "user", content: `say exactly: ${"word ".repeat(200)}` }],
  });
  for await (const event of stream) if (event.type === "content_block_delta") break;
  stream.abort();
  await until(() => generateCalls(t).at(-1)?.ending === "cancelled");
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
});

Deno.test("anthropic SDK over sockets: errors raise the SDK's classes with request ids", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { "gemini-2.5-flash": { rpm: 1 } } }],
  });
  const anthropic = clientOf(t);
  const ask = (model: string, more = {}) =>
    anthropic.messages.create({ model, max_tokens: 9, messages: [{ role: "user", content: "x" }], ...more });
  await ask(MODEL);
  const limited = await ask(MODEL).catch((error: unknown) => error);
  assert.ok(limited instanceof Anthropic.RateLimitError, String(limited));
  assert.ok(Number(limited.headers?.get("retry-after")) > 0);
  assert.ok(limited.requestID?.startsWith("req_"), "no request-id header");
  assert.equal((limited.error as { request_id?: string }).request_id, limited.requestID);
  await assert.rejects(ask("gpt-9"), Anthropic.NotFoundError);
  await assert.rejects(ask(MODEL, { temperature: "x" }), Anthropic.BadRequestError);
  const stranger = new Anthropic({ apiKey: "wrong", baseURL: t.url, maxRetries: 0 });
  await assert.rejects(stranger.models.list().then(), Anthropic.AuthenticationError);
});

Deno.test("anthropic SDK over sockets: an upstream cut in mid-stream raises", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.fault({ kind: "truncate", after: 2 });
  const stream = clientOf(t).messages.stream({
    model: MODEL,
    max_tokens: 100,
    messages: [{ role: "user", content: `say exactly: ${"word ".repeat(200)}` }],
  });
  await assert.rejects(stream.finalMessage(), Anthropic.APIError);
});
