import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, generateCalls, MODEL, send, TOKEN, until } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

/** A model whose calls Google refuses when a signature is missing. */
const THINKER = "gemini-3-flash-preview";

function clientOf(t: UnderTest, maxRetries = 0): OpenAI {
  return new OpenAI({ apiKey: TOKEN, baseURL: `${t.url}/v1`, maxRetries });
}

const tools: OpenAI.ChatCompletionTool[] = ["weather", "forecast"].map((name) => ({
  type: "function",
  function: {
    name,
    description: `The ${name} of a place`,
    parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  },
}));

Deno.test("openai SDK over sockets: a completion, a stream with usage, models", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const messages = [{ role: "user" as const, content: "hello" }];
  const reply = await openai.chat.completions.create({ model: MODEL, messages });
  assert.equal(reply.choices[0]?.message.content, "You said: hello");
  assert.equal(reply.choices[0]?.finish_reason, "stop");
  assert.ok((reply.usage?.total_tokens ?? 0) > 0);
  const stream = openai.chat.completions.stream({
    model: MODEL,
    messages,
    stream_options: { include_usage: true },
  });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, "You said: hello");
  assert.deepEqual(final.usage?.total_tokens, reply.usage?.total_tokens);
  const models: string[] = [];
  for await (const model of openai.models.list()) models.push(model.id);
  assert.ok(models.includes(MODEL));
  assert.equal((await openai.models.retrieve(MODEL)).id, MODEL);
  assertIdle(t);
});

for (const stream of [false, true]) {
  Deno.test(`openai SDK over sockets: parallel tools over three turns on a thinking model (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const openai = clientOf(t);
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    for (let turn = 0; turn < 3; turn++) {
      messages.push({ role: "user", content: `weather and forecast in parallel, round ${turn}` });
      const asked = await turnOf(openai, messages, stream);
      assert.equal(asked.finish_reason, "tool_calls");
      const calls = asked.message.tool_calls ?? [];
      assert.equal(calls.length, 2);
      assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
      messages.push(asked.message);
      for (const call of calls) {
        assert.ok(call.type === "function");
        assert.equal(typeof JSON.parse(call.function.arguments).place, "string");
        messages.push({ role: "tool", tool_call_id: call.id, content: `sunny ${turn}` });
      }
      const said = await turnOf(openai, messages, stream);
      assert.equal(said.finish_reason, "stop");
      assert.match(said.message.content ?? "", new RegExp(`sunny ${turn}`));
      messages.push(said.message);
    }
    assert.ok(generateCalls(t).every(({ status }) => status === 200), "the simulator refused a turn");
    assert.equal(new Set(generateCalls(t).map(({ key }) => key)).size, 1, "a tool loop left its key");
    assertIdle(t);
  });
}

async function turnOf(openai: OpenAI, messages: OpenAI.ChatCompletionMessageParam[], stream: boolean) {
  const body = { model: THINKER, messages, tools };
  const reply = stream
    ? await openai.chat.completions.stream(body).finalChatCompletion()
    : await openai.chat.completions.create(body);
  const choice = reply.choices[0];
  assert.ok(choice);
  return choice;
}

Deno.test("openai SDK over sockets: ids rewritten and signatures dropped still make a valid turn", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "weather please" }];
  const asked = await turnOf(openai, messages, false);
  const [call] = asked.message.tool_calls ?? [];
  assert.ok(call?.type === "function");
  const { name, arguments: args } = call.function;
  messages.push(
    {
      role: "assistant",
      tool_calls: [{ id: "mine_1", type: "function", function: { name, arguments: args } }],
    },
    { role: "tool", tool_call_id: "mine_1", content: "rain" },
  );
  const said = await turnOf(openai, messages, false);
  assert.match(said.message.content ?? "", /rain/);
  assert.ok(generateCalls(t).every(({ status }) => status === 200));
});

Deno.test("openai SDK over sockets: structured output by zod, chat and responses", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const shape = z.object({ city: z.string(), people: z.number().int(), tags: z.array(z.string()) });
  const chat = await openai.chat.completions.parse({
    model: MODEL,
    messages: [{ role: "user", content: "a city" }],
    response_format: zodResponseFormat(shape, "city"),
  });
  assert.equal(typeof chat.choices[0]?.message.parsed?.city, "string");
  const responses = await openai.responses.parse({
    model: MODEL,
    input: "a city",
    text: { format: zodTextFormat(shape, "city") },
  });
  assert.equal(typeof responses.output_parsed?.people, "number");
});

Deno.test("openai SDK over sockets: images by data URL reach Google as inline data", async () => {
  await using t = await proxyUnderTest();
  const url =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  await clientOf(t).chat.completions.create({
    model: MODEL,
    messages: [{
      role: "user",
      content: [{ type: "text", text: "what?" }, { type: "image_url", image_url: { url } }],
    }],
  });
  assert.match(generateCalls(t)[0]?.bodyText ?? "", /"inlineData":\{"mimeType":"image\/png"/);
});

Deno.test("openai SDK over sockets: embeddings as the SDK asks for them", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const model = "gemini-embedding-001";
  const two = await openai.embeddings.create({ model, input: ["a", "b"], dimensions: 256 });
  assert.deepEqual(two.data.map(({ index, embedding }) => [index, embedding.length]), [[0, 256], [1, 256]]);
  for (const { embedding } of two.data) assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-3);
  const inputs = Array.from({ length: 250 }, (_, index) => `text ${index}`);
  const many = await openai.embeddings.create({ model, input: inputs, dimensions: 128 });
  assert.deepEqual(many.data.map(({ index }) => index), inputs.map((_, index) => index));
  const one = await openai.embeddings.create({ model, input: inputs[249]!, dimensions: 128 });
  assert.deepEqual(many.data[249]?.embedding, one.data[0]?.embedding, "order was lost");
  assert.equal(t.simulator.log.filter(({ method }) => method === "batchEmbedContents").length, 5);
  assertIdle(t);
});

Deno.test("openai SDK over sockets: token ids are refused, never embedded as text", async () => {
  await using t = await proxyUnderTest();
  const sent = clientOf(t).embeddings.create({ model: "gemini-embedding-001", input: [1, 2, 3] });
  await assert.rejects(sent, OpenAI.BadRequestError);
});

Deno.test("openai SDK over sockets: responses are stored, continued, fetched and deleted", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const first = await openai.responses.create({ model: MODEL, input: "remember the word tulip" });
  assert.match(first.output_text, /tulip/);
  const second = await openai.responses.create({
    model: MODEL,
    input: "and now?",
    previous_response_id: first.id,
  });
  assert.match(generateCalls(t)[1]?.bodyText ?? "", /tulip[\s\S]*and now\?/);
  assert.equal((await openai.responses.retrieve(second.id)).output_text, second.output_text);
  await openai.responses.delete(first.id);
  await assert.rejects(openai.responses.retrieve(first.id), OpenAI.NotFoundError);
  const gone = openai.responses.create({ model: MODEL, input: "x", previous_response_id: first.id });
  await assert.rejects(
    gone,
    (error: unknown) => error instanceof OpenAI.APIError && error.code === "previous_response_not_found",
  );
  const kept = await openai.responses.create({ model: MODEL, input: "x", store: false });
  await assert.rejects(openai.responses.retrieve(kept.id), OpenAI.NotFoundError);
});

Deno.test("openai SDK over sockets: a responses tool loop, streamed, without store, on a thinking model", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const input: OpenAI.Responses.ResponseInputItem[] = [{
    role: "user",
    content: "weather and forecast in parallel",
  }];
  const body = {
    model: THINKER,
    store: false,
    include: ["reasoning.encrypted_content" as const],
    tools: ["weather", "forecast"].map((name) => ({
      type: "function" as const,
      name,
      strict: false,
      parameters: { type: "object", properties: { place: { type: "string" } } },
    })),
  };
  const asked = await openai.responses.stream({ ...body, input }).finalResponse();
  const calls = asked.output.filter((item) => item.type === "function_call");
  assert.equal(calls.length, 2);
  input.push(...asked.output as OpenAI.Responses.ResponseInputItem[]);
  for (const { call_id } of calls) input.push({ type: "function_call_output", call_id, output: "snow" });
  const said = await openai.responses.stream({ ...body, input }).finalResponse();
  assert.match(said.output_text, /snow/);
  assert.ok(generateCalls(t).every(({ status }) => status === 200));
  assertIdle(t);
});

Deno.test("openai SDK over sockets: leaving in mid-stream ends the upstream call within 50 ms", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const messages = [{ role: "user" as const, content: `say exactly: ${"word ".repeat(200)}` }];
  t.simulator.control.fault({ kind: "hang", after: 2, times: Infinity });
  for (let round = 0; round < 3; round++) {
    const stream = await openai.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await until(() => generateCalls(t).at(-1)?.ending === "cancelled");
    await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
  }
  const view = t.proxy.services.pool.view().credentials;
  assert.ok(
    view.every(({ errors, cooldowns }) => errors === 0 && cooldowns.length === 0),
    "the key was blamed",
  );
});

for (const stream of [false, true]) {
  Deno.test(`leaving before the head frees the slot (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.fault({ kind: "hang_before_head", times: Infinity });
    const leaving = new AbortController();
    // Deno tells of a client that leaves before the head only while the request came in one read: a short one.
    const body = { model: MODEL, messages: [{ role: "user", content: "x" }], stream };
    const sent = send(t, "/v1/chat/completions", { body, signal: leaving.signal });
    await until(() => generateCalls(t).length === 1);
    leaving.abort();
    await assert.rejects(sent);
    await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
    assert.equal(generateCalls(t).length, 1, "it was tried again for nobody");
  });
}

Deno.test("openai SDK over sockets: after the first heartbeat any client's leaving frees the slot", async () => {
  await using t = await proxyUnderTest({ ports: { clock: fastClock(40) } });
  t.simulator.control.fault({ kind: "hang_before_head", times: Infinity });
  const messages = [{ role: "user" as const, content: "long ".repeat(2000) }];
  const stream = await clientOf(t).chat.completions.create({ model: MODEL, messages, stream: true });
  stream.controller.abort();
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
});

Deno.test("openai SDK over sockets: errors raise the SDK's classes, retry-after is there and honoured", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{
      id: "p1",
      keys: [KEYS[0]],
      limits: { "gemini-2.5-pro": { rpm: 0 }, "gemini-2.5-flash": { rpm: 1 } },
    }],
  });
  const openai = clientOf(t);
  const ask = (model: string, more = {}) =>
    openai.chat.completions.create({ model, messages: [{ role: "user", content: "x" }], ...more });
  await ask(MODEL);
  const limited = await ask(MODEL).catch((error: unknown) => error);
  assert.ok(limited instanceof OpenAI.RateLimitError, String(limited));
  assert.ok(Number(limited.headers?.get("retry-after")) > 0);
  assert.equal(limited.code, "rate_limit_exceeded");
  await assert.rejects(ask("gpt-9"), OpenAI.NotFoundError);
  await assert.rejects(ask(MODEL, { temperature: 9 }), OpenAI.BadRequestError);
  const stranger = new OpenAI({ apiKey: "wrong", baseURL: `${t.url}/v1`, maxRetries: 0 });
  await assert.rejects(stranger.models.list().then(), OpenAI.AuthenticationError);
  t.simulator.control.key(KEYS[0], "invalid");
  await assert.rejects(ask("gemini-2.5-flash-lite"), OpenAI.AuthenticationError);
});
