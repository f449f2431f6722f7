import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Failure } from "../../src/core/mod.ts";
import { openaiChat } from "../../src/dialects/mod.ts";
import { decodeInput, encodeInput, eventsOf } from "../support/chat_fixture.ts";

type Answer = readonly unknown[] | Failure;

/** The official client on a fetch that answers each request with the next turn, by way of the dialect alone. */
function clientOf(answers: Answer[], seen: unknown[] = []): OpenAI {
  const fetch = (_url: unknown, init?: { body?: unknown }) => {
    const answer = answers.shift();
    assert.ok(answer);
    return Promise.resolve(respond(JSON.parse(String(init?.body)), answer, seen));
  };
  return new OpenAI({
    apiKey: "test",
    baseURL: "http://proxy.test/v1",
    maxRetries: 0,
    fetch: fetch as typeof globalThis.fetch,
  });
}

function respond(body: { model: string }, answer: Answer, seen: unknown[]): Response {
  const decoded = openaiChat.decodeRequest(body, decodeInput(body.model));
  const failure = decoded.ok ? (Array.isArray(answer) ? undefined : answer as Failure) : decoded.error;
  if (!decoded.ok || failure !== undefined) {
    const { status, body: error } = openaiChat.encodeFailure(failure as Failure, "r1");
    return Response.json(error, { status });
  }
  seen.push(decoded.value.request);
  const events = eventsOf(answer as readonly unknown[]);
  const input = encodeInput(decoded.value.context as never);
  if (!decoded.value.stream) return Response.json(openaiChat.encodeReply(events, input));
  const encoder = openaiChat.encodeStream(input);
  const frames = encoder.heartbeat() + events.map((event) => encoder.push(event)).join("");
  return new Response(frames, { headers: { "content-type": "text/event-stream" } });
}

const turn = (...parts: unknown[]) => [{
  candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
}];
const model = "gemini-3.1-pro-preview";
const user = { role: "user" as const, content: "hi" };
const tools = ["f", "g"].map((name) => ({
  type: "function" as const,
  function: { name, parameters: { type: "object", properties: { a: { type: "integer" } } } },
}));

Deno.test("openai SDK: a completion and its usage", async () => {
  const reply = await clientOf([turn({ text: "hello" })]).chat.completions.create({
    model,
    messages: [user],
  });
  assert.equal(reply.choices[0]?.message.content, "hello");
  assert.equal(reply.usage?.total_tokens, 5);
});

Deno.test("openai SDK: a stream with usage, heartbeats and reasoning", async () => {
  const client = clientOf([turn({ text: "think", thought: true }, { text: "hel" }, { text: "lo" })]);
  const runner = client.chat.completions.stream({
    model,
    messages: [user],
    stream_options: { include_usage: true },
  });
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, "hello");
  assert.equal(final.choices[0]?.finish_reason, "stop");
  assert.equal(final.usage?.total_tokens, 5);
});

Deno.test("openai SDK: parallel tools over three turns, signatures and all", async () => {
  const seen: { contents: { parts: Record<string, unknown>[] }[] }[] = [];
  const calls = (n: number) =>
    turn(
      { functionCall: { id: `a${n}`, name: "f", args: { a: n } }, thoughtSignature: `U2ln${n}AAA` },
      { functionCall: { id: `b${n}`, name: "g", args: { a: n } } },
    );
  const client = clientOf([calls(1), calls(2), turn({ text: "done" })], seen);
  const messages: OpenAI.ChatCompletionMessageParam[] = [user];
  for (let round = 0; round < 3; round++) {
    const reply = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    const message = reply.choices[0]?.message;
    assert.ok(message);
    messages.push(message);
    for (const call of message.tool_calls ?? []) {
      messages.push({ role: "tool", tool_call_id: call.id, content: "r" });
    }
    assert.equal(reply.choices[0]?.finish_reason, round < 2 ? "tool_calls" : "stop");
  }
  const model3 = seen[2]?.contents.filter(({ parts }) => "functionCall" in (parts[0] ?? {}));
  assert.deepEqual(model3?.map(({ parts }) => parts.map((part) => part["thoughtSignature"])), [
    ["U2ln1AAA", undefined],
    ["U2ln2AAA", undefined],
  ]);
});

Deno.test("openai SDK: parse() with a zod schema", async () => {
  const seen: { generationConfig?: Record<string, unknown> }[] = [];
  const client = clientOf([turn({ text: '{"city":"Bern"}' })], seen);
  const reply = await client.chat.completions.parse({
    model,
    messages: [user],
    response_format: zodResponseFormat(z.object({ city: z.string() }), "place"),
  });
  assert.deepEqual(reply.choices[0]?.message.parsed, { city: "Bern" });
  assert.equal(seen[0]?.generationConfig?.["responseMimeType"], "application/json");
});

for (
  const [failureClass, status, kind, code] of [
    ["rate_limit", 429, OpenAI.RateLimitError, "rate_limit_exceeded"],
    ["quota", 429, OpenAI.RateLimitError, "rate_limit_exceeded"],
    ["credential_dead", 400, OpenAI.AuthenticationError, "invalid_api_key"],
    ["model_gone", 404, OpenAI.NotFoundError, "model_not_found"],
    ["overloaded", 503, OpenAI.InternalServerError, "server_is_overloaded"],
    ["region_blocked", 400, OpenAI.PermissionDeniedError, "unsupported_country_region_territory"],
  ] as const
) {
  Deno.test(`openai SDK: ${failureClass} raises ${kind.name}`, async () => {
    const failure: Failure = {
      class: failureClass,
      status,
      message: "No. AIzaSyA1234567890",
      scope: "request",
    };
    const raised = await clientOf([failure]).chat.completions.create({ model, messages: [user] }).catch((
      error,
    ) => error);
    assert.ok(raised instanceof kind, String(raised));
    assert.equal(raised.code, code);
    assert.equal(raised.message.includes("AIza"), false);
  });
}

Deno.test("openai SDK: a caller's mistake names its field", async () => {
  const raised = await clientOf([turn()]).chat.completions.create({ model, messages: [user], temperature: 9 })
    .catch((error) => error);
  assert.ok(raised instanceof OpenAI.BadRequestError);
  assert.equal(raised.param, "temperature");
});

Deno.test("openai SDK: an in-band error raises in the midst of a stream", async () => {
  const encoder = openaiChat.encodeStream(encodeInput({ ...contextless }));
  const frames = encoder.push({ type: "text-delta", candidate: 0, text: "half" }) +
    encoder.fail({
      class: "transport",
      status: 502,
      message: "The stream broke.",
      scope: "endpoint",
    });
  const fetch = () =>
    Promise.resolve(new Response(frames, { headers: { "content-type": "text/event-stream" } }));
  const client = new OpenAI({
    apiKey: "t",
    baseURL: "http://proxy.test/v1",
    maxRetries: 0,
    fetch: fetch as typeof globalThis.fetch,
  });
  const stream = await client.chat.completions.create({ model, messages: [user], stream: true });
  let text = "";
  const raised = await (async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  })().catch((error) => error);
  assert.equal(text, "half");
  assert.ok(raised instanceof OpenAI.APIError);
});

const decodedBare = openaiChat.decodeRequest({ model, messages: [user] }, decodeInput(model));
assert.ok(decodedBare.ok);
const contextless = decodedBare.value.context;
