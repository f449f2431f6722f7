import Anthropic from "@anthropic-ai/sdk";
import assert from "node:assert/strict";
import type { Failure } from "../../../src/core/mod.ts";
import { anthropicMessages, type MessagesContext } from "../../../src/dialects/anthropic_messages/mod.ts";
import { createToolNames } from "../../../src/gemini/mod.ts";
import { call, encodeInput, streamWith, text, thought, turn } from "../../support/dialect_calls.ts";
import { failureOf } from "../../support/failure_of.ts";

const CONTEXT: MessagesContext = {
  model: "claude-x",
  names: createToolNames([]),
  thinking: "shown",
  signedThoughts: false,
  webSearch: false,
  empty: false,
};
const EVENTS = turn(
  [
    thought("hm"),
    text("Hé"),
    text("llo"),
    call("read", { p: [1, "é"] }, "c1", "AbC="),
    call("read", {}, "c2"),
  ],
  "STOP",
  {
    promptTokens: 9,
    candidatesTokens: 4,
  },
);
const PARAMS = { model: "claude-x", max_tokens: 10, messages: [{ role: "user" as const, content: "hi" }] };

/** The official client, with one ready answer in place of the network. */
const client = (response: () => Response) =>
  new Anthropic({
    apiKey: "k",
    baseURL: "http://127.0.0.1:1",
    maxRetries: 0,
    fetch: () => Promise.resolve(response()),
  });

Deno.test("Anthropic SDK: the streamed and the whole message are the same", async () => {
  const frames = streamWith(anthropicMessages, EVENTS, CONTEXT);
  const headers = { "content-type": "text/event-stream" };
  const streamed = await client(() => new Response(frames, { headers })).messages.stream(PARAMS)
    .finalMessage();
  const whole = await client(() => Response.json(anthropicMessages.encodeReply(EVENTS, encodeInput(CONTEXT))))
    .messages.create(PARAMS);
  assert.deepEqual(JSON.parse(JSON.stringify(streamed.content)), JSON.parse(JSON.stringify(whole.content)));
  assert.equal(streamed.stop_reason, whole.stop_reason);
  assert.equal(streamed.usage.input_tokens, whole.usage.input_tokens);
  assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
});

Deno.test("Anthropic SDK: failures raise their own classes", async () => {
  const cases: [Partial<Failure>, new (...args: never[]) => Error][] = [
    [{ class: "invalid_request", status: 400 }, Anthropic.BadRequestError],
    [{ class: "credential_dead", status: 400 }, Anthropic.AuthenticationError],
    [{ class: "not_on_tier", status: 429 }, Anthropic.PermissionDeniedError],
    [{ class: "model_gone", status: 404 }, Anthropic.NotFoundError],
    [{ class: "rate_limit", status: 429 }, Anthropic.RateLimitError],
    [{ class: "overloaded", status: 503 }, Anthropic.InternalServerError],
  ];
  for (const [more, Class] of cases) {
    const failure = failureOf(more);
    const { status, body, headers } = anthropicMessages.encodeFailure(failure, "req_1");
    const answer = () => Response.json(body, { status, headers: { ...headers } });
    await assert.rejects(
      () => client(answer).messages.create(PARAMS),
      (error: Error) => error instanceof Class,
    );
  }
});

Deno.test("Anthropic SDK: an error in the stream is raised, never a message", async () => {
  const stream = anthropicMessages.encodeStream(encodeInput(CONTEXT));
  const failure: Failure = {
    class: "overloaded",
    status: 503,
    message: "Busy.",
    scope: "model",
  };
  const frames = stream.push({ type: "turn-start" }) + stream.push(text("half")) + stream.heartbeat() +
    stream.fail(failure);
  const answer = () => new Response(frames, { headers: { "content-type": "text/event-stream" } });
  await assert.rejects(() => client(answer).messages.stream(PARAMS).finalMessage(), /Busy/);
});
