import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/core/mod.ts";
import { anthropicMessages, type MessagesContext } from "../../../src/dialects/anthropic_messages/mod.ts";
import { createToolNames, decodeCarrier, type TurnEvent } from "../../../src/gemini/mod.ts";
import { collectMessage, parseFrames } from "../../support/anthropic_client.ts";
import {
  call,
  encodeInput,
  segment,
  streamWith,
  text,
  thought,
  turn,
  usage,
} from "../../support/dialect_calls.ts";

const CONTEXT: MessagesContext = {
  model: "claude-x",
  names: createToolNames(["read"]),
  thinking: "shown",
  signedThoughts: false,
  webSearch: false,
  empty: false,
};

type Message = {
  content: JsonObject[];
  stop_reason: string;
  stop_details: JsonObject | null;
  usage: Record<string, number>;
  model: string;
};

/** The whole reply, after checking that the stream says the same. */
function reply(events: readonly TurnEvent[], context: Partial<MessagesContext> = {}): Message {
  const all = { ...CONTEXT, ...context };
  const whole = JSON.parse(JSON.stringify(anthropicMessages.encodeReply(events, encodeInput(all))));
  assert.deepEqual(collectMessage(parseFrames(streamWith(anthropicMessages, events, all))), whole);
  return whole;
}

const kinds = (frames: string) =>
  parseFrames(frames).map(({ event, data }) => {
    const index = data.index === undefined ? "" : ` ${data.index}`;
    const delta = data.delta as JsonObject | undefined;
    return `${event}${index}${delta?.type === undefined ? "" : ` ${delta.type}`}`;
  });

Deno.test("messages : thoughts, texts and calls are blocks of their own", () => {
  const { content, stop_reason } = reply(
    turn([thought("a"), text("b"), text("c"), call("read", { p: 1 }, "c1"), call("read", {}, "c2")]),
  );
  assert.deepEqual(content.map(({ type }) => type), ["thinking", "text", "tool_use", "tool_use"]);
  assert.equal(content[1]?.text, "bc");
  assert.notEqual(content[2]?.id, content[3]?.id);
  assert.deepEqual(content[3]?.input, {});
  assert.equal(stop_reason, "tool_use");
});

Deno.test("messages : MAX_TOKENS without parts is an empty message with numbers for usage", () => {
  const made = reply(turn([], "MAX_TOKENS", { promptTokens: 10, thoughtsTokens: 19 }));
  assert.deepEqual(made.content, []);
  assert.equal(made.stop_reason, "max_tokens");
  assert.equal(made.usage.output_tokens, 19);
  for (
    const name of ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"]
  ) {
    assert.equal(typeof made.usage[name], "number");
  }
});

Deno.test("messages : a blocked prompt is a refusal", () => {
  const events = segment([{
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 13, totalTokenCount: 13 },
  }]);
  const made = reply(events ?? []);
  assert.deepEqual([made.stop_reason, made.content, made.usage.input_tokens], ["refusal", [], 13]);
  assert.equal(made.stop_details?.type, "refusal");
});

Deno.test("messages : SAFETY and RECITATION without content are refusals", () => {
  for (const reason of ["SAFETY", "RECITATION"]) {
    const made = reply(segment([{ candidates: [{ finishReason: reason }] }]) ?? []);
    assert.equal(made.stop_reason, "refusal");
    assert.deepEqual(made.content, []);
  }
});

Deno.test("messages : a malformed call ends the stream with an error, never with a stop", () => {
  const frames = parseFrames(
    streamWith(anthropicMessages, turn([text("a")], "MALFORMED_FUNCTION_CALL"), CONTEXT),
  );
  assert.equal(frames.at(-1)?.event, "error");
  assert.equal((frames.at(-1)?.data.error as JsonObject).type, "api_error");
});

Deno.test("messages : usage takes the cache out of the input", () => {
  const made = reply(
    turn([text("x")], "STOP", {
      promptTokens: 100,
      cachedTokens: 80,
      toolUseTokens: 5,
      candidatesTokens: 10,
      thoughtsTokens: 20,
    }),
  );
  assert.deepEqual([made.usage.input_tokens, made.usage.cache_read_input_tokens, made.usage.output_tokens], [
    25,
    80,
    30,
  ]);
});

Deno.test("messages : images and code become text, in order", () => {
  const made = reply(turn([
    text("see"),
    { type: "media", candidate: 0, mimeType: "image/png", data: "AAAA" },
    { type: "code", candidate: 0, language: "PYTHON", code: "print(1)" },
    { type: "code-result", candidate: 0, outcome: "OUTCOME_OK", output: "1" },
  ]));
  assert.match(
    String(made.content[0]?.text),
    /see[^]*data:image\/png;base64,AAAA[^]*```python\nprint\(1\)\n```[^]*1/,
  );
});

Deno.test("messages : an unknown finish reason is the end of the turn", () => {
  assert.equal(reply(turn([text("x")], "NEW_REASON")).stop_reason, "end_turn");
});

Deno.test("messages : arguments keep what JSON keeps", () => {
  const args = JSON.parse('{"z":"é\\u0000","a":1e21,"n":12345678901234567890}');
  assert.deepEqual(reply(turn([call("read", args)])).content[0]?.input, args);
});

Deno.test("messages : a turn of thoughts alone is a thinking block", () => {
  const made = reply(turn([thought("hm")]));
  assert.deepEqual(made.content.map(({ type }) => type), ["thinking"]);
  assert.equal(made.stop_reason, "end_turn");
});

Deno.test("messages : signed visible text is text", () => {
  assert.deepEqual(reply(turn([text("x", "AAAA")])).content, [{ type: "text", text: "x", citations: null }]);
});

Deno.test("messages : a signature on empty text makes no block", () => {
  const made = reply(turn([thought("t"), text("x"), { type: "signature", candidate: 0, signature: "AAAA" }]));
  assert.deepEqual(made.content.map(({ type }) => type), ["thinking", "text"]);
});

Deno.test("messages : a call's signature is carried where the client asked for thinking", () => {
  const events = turn([call("read", {}, "c1", "AbC="), call("read", {}, "c2")]);
  const shown = reply(events).content;
  assert.deepEqual(shown.map(({ type }) => type), ["redacted_thinking", "tool_use", "tool_use"]);
  assert.equal(decodeCarrier(shown[0]?.data)?.signature, "AbC=");
  const omitted = reply(events, { thinking: "omitted" }).content;
  assert.equal(omitted[0]?.thinking, "");
  assert.deepEqual(decodeCarrier(omitted[0]?.signature), { source: "api_key", signature: "AbC=" });
});

Deno.test("messages : thinking that is off leaves no thinking block", () => {
  const made = reply(turn([thought("t"), call("read", {}, "c1", "AbC=")]), { thinking: "off" });
  assert.deepEqual(made.content.map(({ type }) => type), ["tool_use"]);
});

Deno.test("messages: a search for a client with web search is server_tool_use and its result", () => {
  const grounding = {
    webSearchQueries: ["deno"],
    groundingChunks: [{ web: { uri: "https://a.example", title: "a" } }],
  };
  const events = turn([text("Deno is."), { type: "citation", candidate: 0, grounding }]);
  const made = reply(events, { webSearch: true });
  assert.deepEqual(made.content.map(({ type }) => type), [
    "text",
    "server_tool_use",
    "web_search_tool_result",
  ]);
  assert.deepEqual(made.content[1]?.input, { query: "deno" });
  assert.equal(made.content[1]?.id, made.content[2]?.tool_use_id);
  assert.deepEqual(reply(events).content.map(({ type }) => type), ["text"]);
});

Deno.test("messages: max_tokens 0 gives an empty message that says max_tokens", () => {
  const made = reply(turn([text("x")]), { empty: true });
  assert.deepEqual([made.content, made.stop_reason], [[], "max_tokens"]);
});

Deno.test("stream of text and two calls has the exact order of events", () => {
  const events = turn([text("a"), text("b"), call("read", { p: 1 }, "c1"), call("read", {}, "c2")], "STOP", {
    promptTokens: 9,
  });
  const frames = streamWith(anthropicMessages, events, CONTEXT);
  assert.deepEqual(kinds(frames), [
    "message_start",
    "ping",
    "content_block_start 0",
    "content_block_delta 0 text_delta",
    "content_block_delta 0 text_delta",
    "content_block_stop 0",
    "content_block_start 1",
    "content_block_delta 1 input_json_delta",
    "content_block_delta 1 input_json_delta",
    "content_block_stop 1",
    "content_block_start 2",
    "content_block_delta 2 input_json_delta",
    "content_block_stop 2",
    "message_delta",
    "message_stop",
  ]);
  const delta = parseFrames(frames).find(({ event }) => event === "message_delta")?.data.usage as JsonObject;
  for (
    const name of ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"]
  ) {
    assert.equal(typeof delta[name], "number");
  }
});

Deno.test("an empty turn still has the full sequence", () => {
  assert.deepEqual(kinds(streamWith(anthropicMessages, turn([]), CONTEXT)), [
    "message_start",
    "ping",
    "message_delta",
    "message_stop",
  ]);
});

Deno.test("thinking is signed and closed before the call opens", () => {
  const frames = streamWith(anthropicMessages, turn([thought("t"), call("read", {}, "c1", "AbC=")]), CONTEXT);
  assert.deepEqual(kinds(frames).slice(2, 7), [
    "content_block_start 0",
    "content_block_delta 0 thinking_delta",
    "content_block_delta 0 signature_delta",
    "content_block_stop 0",
    "content_block_start 1",
  ]);
});

Deno.test("messages : input tokens are in message_start and the last usage counts", () => {
  const events: TurnEvent[] = [
    { type: "turn-start" },
    { type: "usage", usage: usage({ promptTokens: 185 }) },
    text("x"),
    { type: "usage", usage: usage({ promptTokens: 278, candidatesTokens: 3 }) },
    { type: "turn-end", finishes: [{ candidate: 0, reason: "STOP" }] },
  ];
  const [start] = parseFrames(streamWith(anthropicMessages, events, CONTEXT));
  assert.equal(((start?.data.message as JsonObject).usage as JsonObject).input_tokens, 185);
  assert.equal(reply(events).usage.input_tokens, 278);
});

Deno.test("a cut stream ends with event error and no message_stop", () => {
  const stream = anthropicMessages.encodeStream(encodeInput(CONTEXT));
  const begun = stream.push({ type: "turn-start" }) + stream.push(text("half"));
  const failed = stream.fail({
    class: "transport",
    status: 502,
    message: "The connection was lost.",
    scope: "endpoint",
  });
  const frames = parseFrames(begun + failed);
  assert.equal(frames.at(-1)?.event, "error");
  assert.deepEqual(frames.at(-1)?.data.error, { type: "api_error", message: "The connection was lost." });
  assert.equal(frames.some(({ event }) => event === "message_stop"), false);
});

Deno.test("the heartbeat is event ping", () => {
  assert.equal(
    anthropicMessages.encodeStream(encodeInput(CONTEXT)).heartbeat(),
    'event: ping\ndata: {"type": "ping"}\n\n',
  );
});

Deno.test("messages : names come back as the client wrote them", () => {
  const names = createToolNames(["x".repeat(100)]);
  const made = reply(turn([call(names.toGemini("x".repeat(100)))]), { names });
  assert.equal(made.content[0]?.name, "x".repeat(100));
  assert.equal(made.model, "claude-x");
});
