import assert from "node:assert/strict";
import { type JsonObject } from "../../core/mod.ts";
import {
  decodeChat,
  encodeChat,
  encodeInput,
  eventsOf,
  framesOf,
} from "../../../tests/support/chat_fixture.ts";
import { openaiChat } from "./mod.ts";

const reply = (parts: unknown[], finishReason = "STOP", more: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, finishReason, ...more }],
});
const encode = (chunks: unknown[], body: object = {}) =>
  encodeChat(eventsOf(chunks), decodeChat(body).context);
type Choice = { index: number; message: Record<string, unknown>; finish_reason: string; logprobs: unknown };
const choicesOf = (value: JsonObject) => value["choices"] as unknown as Choice[];
const deltas = (frames: readonly JsonObject[]) =>
  frames.flatMap((frame) =>
    (frame["choices"] as unknown as { delta: Record<string, unknown> }[]).map(({ delta }) => delta)
  );

Deno.test("calls in one chunk or two have indexes 0 and 1", () => {
  const call = (name: string) => ({ functionCall: { name } });
  for (
    const chunks of [[reply([call("f"), call("g")])], [
      reply([call("f")], ""),
      reply([call("g")], ""),
      reply([]),
    ]]
  ) {
    const calls = deltas(encode(chunks).frames).flatMap((delta) =>
      (delta["tool_calls"] ?? []) as Record<string, unknown>[]
    );
    assert.deepEqual(calls.map(({ index }) => index), [0, 1]);
    assert.notEqual(calls[0]?.["id"], calls[1]?.["id"]);
    assert.equal((calls[0]?.["function"] as Record<string, unknown>)["arguments"], "{}");
  }
});

Deno.test("one finish chunk at the end although a finishReason came first", () => {
  const { frames } = encode([reply([{ text: "a" }]), reply([{ text: "b" }])]);
  assert.deepEqual(frames.map((frame) => choicesOf(frame)[0]?.finish_reason), [null, null, null, "stop"]);
});

Deno.test("reasoning comes before the tool call", () => {
  const { frames } = encode([reply([{ text: "t", thought: true }, { functionCall: { name: "f" } }])]);
  assert.deepEqual(deltas(frames).flatMap((delta) => Object.keys(delta)), [
    "role",
    "content",
    "refusal",
    "reasoning_content",
    "tool_calls",
  ]);
});

Deno.test("usage comes only when it was asked for, in a chunk without choices", () => {
  const chunks = [{ ...reply([{ text: "a" }]), usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } }];
  const asked = encode(chunks, { stream: true, stream_options: { include_usage: true } }).frames;
  assert.ok(asked.slice(0, -1).every((frame) => frame["usage"] === null));
  assert.deepEqual(asked.at(-1)?.["choices"], []);
  assert.equal((asked.at(-1)?.["usage"] as Record<string, unknown>)["prompt_tokens"], 1);
  assert.ok(encode(chunks).frames.every((frame) => !("usage" in frame)));
});

Deno.test("an error ends the stream without [DONE] or a finish reason", () => {
  const encoder = openaiChat.encodeStream(encodeInput(decodeChat({}).context));
  const frame = encoder.fail({
    class: "transport",
    status: 502,
    message: "The connection broke.",
    scope: "endpoint",
  });
  assert.match(frame, /^data: \{"error":\{/);
  assert.deepEqual(Object.keys(JSON.parse(frame.slice(6)).error).sort(), [
    "code",
    "message",
    "param",
    "type",
  ]);
  assert.equal(frame.includes("[DONE]") || frame.includes("finish_reason"), false);
});

Deno.test("a heartbeat is a comment", () => {
  assert.equal(openaiChat.encodeStream(encodeInput(decodeChat({}).context)).heartbeat(), ": ping\n\n");
});

Deno.test("each choice of a stream has its role and its finish", () => {
  const candidates = [0, 1].map((index) => ({
    index,
    content: { parts: [{ text: `t${index}` }] },
    finishReason: "STOP",
  }));
  const { frames } = encode([{ candidates }], { n: 2 });
  for (const index of [0, 1]) {
    const own = frames.map((frame) => choicesOf(frame)[0]).filter((choice) => choice?.index === index);
    assert.deepEqual(own.map((choice) => choice?.finish_reason), [null, null, "stop"]);
  }
});

Deno.test("encodeChatStream() gives a custom tool's input as it is", () => {
  const tools = [{ type: "custom", custom: { name: "patch" } }];
  const { frames } = encode([reply([{ functionCall: { name: "patch", args: { input: "*** a" } } }])], {
    tools,
  });
  const [delta] = deltas(frames).flatMap((delta) => (delta["tool_calls"] ?? []) as Record<string, unknown>[]);
  assert.deepEqual(delta?.["custom"], { name: "patch", input: "*** a" });
});

Deno.test("framesOf() of an empty stop is still a whole stream", () => {
  const { stream } = encode([{ candidates: [{ finishReason: "STOP" }] }]);
  assert.deepEqual(framesOf(stream).map((frame) => choicesOf(frame)[0]?.finish_reason), [null, "stop"]);
});
