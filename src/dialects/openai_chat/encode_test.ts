import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../core/mod.ts";
import { decodeChat, encodeChat, encodeInput, eventsOf } from "../../../tests/support/chat_fixture.ts";
import { openaiChat } from "./mod.ts";

const reply = (parts: unknown[], finishReason = "STOP", more: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, finishReason, ...more }],
});
const encode = (chunks: unknown[], body: object = {}) =>
  encodeChat(eventsOf(chunks), decodeChat(body).context);
type Choice = { index: number; message: Record<string, unknown>; finish_reason: string; logprobs: unknown };
const choicesOf = (value: JsonObject) => value["choices"] as unknown as Choice[];
const first = (chunks: unknown[], body: object = {}): Choice => {
  const [choice] = choicesOf(encode(chunks, body).reply);
  assert.ok(choice);
  return choice;
};
const deltas = (frames: readonly JsonObject[]) =>
  frames.flatMap((frame) =>
    (frame["choices"] as unknown as { delta: Record<string, unknown> }[]).map(({ delta }) => delta)
  );

Deno.test("a legacy reply has function_call and its finish reason", () => {
  const chunks = [reply([{ functionCall: { name: "f", args: { a: 1 } } }])];
  const choice = first(chunks, { functions: [{ name: "f" }] });
  assert.deepEqual(choice.message["function_call"], { name: "f", arguments: '{"a":1}' });
  assert.equal(choice.finish_reason, "function_call");
});

Deno.test("log probabilities come in OpenAI's form", () => {
  const logprobsResult = {
    chosenCandidates: [{ token: "Hé", logProbability: -0.5 }],
    topCandidates: [{
      candidates: [{ token: "Hé", logProbability: -0.5 }, { token: "A", logProbability: -1 }],
    }],
  };
  const choice = first([reply([{ text: "Hé" }], "STOP", { logprobsResult })]);
  assert.deepEqual(choice.logprobs, {
    content: [{
      token: "Hé",
      logprob: -0.5,
      bytes: [72, 195, 169],
      top_logprobs: [
        { token: "Hé", logprob: -0.5, bytes: [72, 195, 169] },
        { token: "A", logprob: -1, bytes: [65] },
      ],
    }],
    refusal: null,
  });
});

Deno.test("signed visible text is content and never reasoning", () => {
  const { message } = first([reply([{ text: "hi", thoughtSignature: "S" }])]);
  assert.equal(message["content"], "hi");
  assert.equal("reasoning_content" in message, false);
  assert.deepEqual(message["extra_content"], { google: { thought_signature: "S" } });
});

Deno.test("a trailing signature makes no content delta", () => {
  const { frames } = encode([reply([{ text: "hi" }], ""), reply([{ text: "", thoughtSignature: "S" }])]);
  assert.equal(
    deltas(frames).filter((delta) => delta["content"] === "" && delta["role"] === undefined).length,
    0,
  );
  assert.equal(choicesOf(frames.at(-1) ?? {})[0]?.finish_reason, "stop");
});

Deno.test("thoughts are reasoning_content, texts are joined", () => {
  const { message } = first([reply([{ text: "a", thought: true }, { text: "b" }, { text: "c" }])]);
  assert.equal(message["reasoning_content"], "a");
  assert.equal(message["content"], "bc");
});

Deno.test("calls without ids get distinct ids, content null and tool_calls", () => {
  const choice = first([reply([{ functionCall: { name: "f" } }, { functionCall: { name: "g" } }])]);
  const ids = (choice.message["tool_calls"] as { id: string }[]).map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
  assert.equal(choice.message["content"], null);
  assert.equal(choice.finish_reason, "tool_calls");
});

Deno.test("Google's call id is kept and echoed by families that want it", () => {
  const choice = first([reply([{ functionCall: { id: "abc", name: "f" } }])]);
  const messages = [
    { role: "user", content: "u" },
    { role: "assistant", content: null, tool_calls: choice.message["tool_calls"] },
    { role: "tool", tool_call_id: "abc", content: "r" },
  ];
  const { contents } = decodeChat({ messages }, "gemini-3.6-flash").request;
  assert.equal(contents[1]?.parts[0]?.functionCall?.id, "abc");
  assert.equal(contents[2]?.parts[0]?.functionResponse?.id, "abc");
});

Deno.test("a length stop without parts has empty content and counts its thoughts", () => {
  const usageMetadata = { promptTokenCount: 5, thoughtsTokenCount: 19, totalTokenCount: 24 };
  const { reply: whole } = encode([{ candidates: [{ finishReason: "MAX_TOKENS" }], usageMetadata }]);
  const [choice] = choicesOf(whole);
  assert.equal(choice?.message["content"], "");
  assert.equal(choice?.finish_reason, "length");
  assert.equal((whole["usage"] as Record<string, unknown>)["completion_tokens"], 19);
});

Deno.test("a refused prompt is a content_filter choice with a refusal", () => {
  const { reply: whole, frames } = encode([
    {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 13, totalTokenCount: 13 },
    },
  ]);
  const [choice] = choicesOf(whole);
  assert.equal(choice?.finish_reason, "content_filter");
  assert.match(String(choice?.message["refusal"]), /PROHIBITED_CONTENT/);
  assert.equal((whole["usage"] as Record<string, unknown>)["prompt_tokens"], 13);
  assert.equal(choicesOf(frames.at(-1) ?? {})[0]?.finish_reason, "content_filter");
});

for (const [edge, reason] of [[86, "SAFETY"], [87, "RECITATION"]] as const) {
  Deno.test(`edge ${edge}: ${reason} without content is content_filter`, () => {
    const choice = first([{ candidates: [{ finishReason: reason }] }]);
    assert.equal(choice.finish_reason, "content_filter");
    assert.equal(choice.message["content"], "");
  });
}

Deno.test("usage counts tool prompts with the prompt and thoughts with the completion", () => {
  const usageMetadata = {
    promptTokenCount: 100,
    cachedContentTokenCount: 80,
    toolUsePromptTokenCount: 5,
    candidatesTokenCount: 10,
    thoughtsTokenCount: 20,
    totalTokenCount: 135,
  };
  const usage = encode([{ ...reply([{ text: "x" }]), usageMetadata }]).reply["usage"];
  assert.ok(
    isObject(usage) && isObject(usage["prompt_tokens_details"]) &&
      isObject(usage["completion_tokens_details"]),
  );
  assert.deepEqual([usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]], [
    105,
    30,
    135,
  ]);
  assert.equal(usage["prompt_tokens_details"]["cached_tokens"], 80);
  assert.equal(usage["completion_tokens_details"]["reasoning_tokens"], 20);
});

Deno.test("citations count characters where Google counts bytes", () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.example", title: "a" } }],
    groundingSupports: [{ segment: { startIndex: 5, endIndex: 8, text: "abc" }, groundingChunkIndices: [0] }],
  };
  const choice = first([reply([{ text: "é漢abc" }], "STOP", { groundingMetadata })]);
  assert.deepEqual(choice.message["annotations"], [{
    type: "url_citation",
    url_citation: { url: "https://a.example", title: "a", start_index: 2, end_index: 5 },
  }]);
});

Deno.test("an image is a data URL in message.images", () => {
  const choice = first([reply([{ text: "look" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }])]);
  assert.equal(choice.message["content"], "look");
  assert.deepEqual(choice.message["images"], [
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" }, index: 0 },
  ]);
});

Deno.test("executed code and its result are fenced, in order", () => {
  const parts = [
    { executableCode: { language: "PYTHON", code: "print(1)\n" } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1\n" } },
    { text: "done" },
  ];
  assert.equal(first([reply(parts)]).message["content"], "\n```python\nprint(1)\n```\n\n```\n1\n```\ndone");
});

Deno.test("a new finish reason with text is a stop", () => {
  assert.equal(first([reply([{ text: "x" }], "NEW_REASON")]).finish_reason, "stop");
});

Deno.test("arguments keep what JSON.parse keeps; integers beyond 2^53 lose precision", () => {
  const args = JSON.parse('{"b":{"é":[1e21]},"a":12345678901234567890}');
  const choice = first([reply([{ functionCall: { name: "f", args } }])]);
  const [call] = choice.message["tool_calls"] as { function: { arguments: string } }[];
  assert.equal(call?.function.arguments, '{"b":{"é":[1e+21]},"a":12345678901234567000}');
});

Deno.test("thoughts alone leave empty content, never none", () => {
  const { message } = first([reply([{ text: "hm", thought: true }])]);
  assert.equal(message["content"], "");
  assert.equal(message["reasoning_content"], "hm");
});

Deno.test("encodeChatReply() gives audio as WAV, or bare when pcm16 was asked for", () => {
  const parts = [{ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: btoa("abcd") } }];
  const body = (format: string) => ({ modalities: ["text", "audio"], audio: { voice: "alloy", format } });
  const audioOf = (format: string) => {
    const { context } = decodeChat(body(format), "gemini-2.5-flash-preview-tts");
    const whole = openaiChat.encodeReply(eventsOf([reply(parts)]), encodeInput(context));
    return atob((choicesOf(whole)[0]?.message["audio"] as { data: string }).data);
  };
  assert.equal(audioOf("pcm16"), "abcd");
  assert.equal(audioOf("wav").slice(0, 4), "RIFF");
  assert.equal(audioOf("wav").length, 48);
});
