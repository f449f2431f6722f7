import assert from "node:assert/strict";
import { anthropicMessages } from "../../../src/dialects/mod.ts";
import { decodeWith, encodeInput, segment, streamWith } from "../../support/dialect_calls.ts";
import { collectMessage, parseFrames } from "../../support/anthropic_client.ts";

const TEXT = "Köln: é漢 rain today.";
const bytes = (text: string) => new TextEncoder().encode(text).length;
const EVENTS = segment([
  { candidates: [{ content: { parts: [{ text: TEXT.slice(0, 5) }] } }] },
  {
    candidates: [{
      content: { parts: [{ text: TEXT.slice(5) }] },
      finishReason: "STOP",
      groundingMetadata: {
        webSearchQueries: ["rain"],
        groundingChunks: [{ web: { uri: "https://a.example/", title: "a.example" } }, {
          web: { uri: "https://b.example/", title: "b.example" },
        }],
        groundingSupports: [{
          segment: { startIndex: bytes("Köln: é漢 "), endIndex: bytes(TEXT) },
          groundingChunkIndices: [0],
        }],
      },
    }],
  },
])!;
const BODY = {
  model: "claude-x",
  max_tokens: 100,
  messages: [{ role: "user", content: "rain?" }],
  tools: [{ type: "web_search_20250305", name: "web_search" }],
};

Deno.test("messages : cited stretches are in the text block, by characters, streamed and whole", () => {
  const { context } = decodeWith(anthropicMessages, BODY);
  const whole = JSON.parse(JSON.stringify(anthropicMessages.encodeReply(EVENTS, encodeInput(context))));
  assert.deepEqual(whole.content[0], {
    type: "text",
    text: TEXT,
    citations: [{
      type: "web_search_result_location",
      url: "https://a.example/",
      title: "a.example",
      encrypted_index: "",
      cited_text: "rain today.",
    }],
  });
  assert.deepEqual(whole.content.map(({ type }: { type: string }) => type), [
    "text",
    "server_tool_use",
    "web_search_tool_result",
  ]);
  const streamed = collectMessage(parseFrames(streamWith(anthropicMessages, EVENTS, context)));
  assert.deepEqual(streamed["content"], whole.content);
});

Deno.test("messages : a client that declared no search gets the text alone", () => {
  const { context } = decodeWith(anthropicMessages, { ...BODY, tools: [] });
  const whole = anthropicMessages.encodeReply(EVENTS, encodeInput(context));
  assert.deepEqual(whole["content"], [{ type: "text", text: TEXT, citations: null }]);
});
