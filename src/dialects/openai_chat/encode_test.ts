import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../core/mod.ts";
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
const first = (chunks: unknown[], body: object = {}): Choice => {
  const [choice] = choicesOf(encode(chunks, body).reply);
  assert.ok(choice);
  return choice;
};
const deltas = (frames: readonly JsonObject[]) =>
  frames.flatMap((frame) =>
    (frame["choices"] as unknown as { delta: Record<string, unknown> }[]).map(({ delta }) => delta)
  );

Deno.test("edge 18: a legacy reply has function_call and its finish reason", () => {
  const chunks = [reply([{ functionCall: { name: "f", args: { a: 1 } } }])];
  const choice = first(chunks, { functions: [{ name: "f" }] });
  assert.deepEqual(choice.message["function_call"], { name: "f", arguments: '{"a":1}' });
  assert.equal(choice.finish_reason, "function_call");
});

Deno.test("edge 34: log probabilities come in OpenAI's form", () => {
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

Deno.test("edge 74: signed visible text is content and never reasoning", () => {
  const { message } = first([reply([{ text: "hi", thoughtSignature: "S" }])]);
  assert.equal(message["content"], "hi");
  assert.equal("reasoning_content" in message, false);
  assert.deepEqual(message["extra_content"], { google: { thought_signature: "S" } });
});

Deno.test("edge 75: a trailing signature makes no content delta", () => {
  const { frames } = encode([reply([{ text: "hi" }], ""), reply([{ text: "", thoughtSignature: "S" }])]);
  assert.equal(
    deltas(frames).filter((delta) => delta["content"] === "" && delta["role"] === undefined).length,
    0,
  );
  assert.equal(choicesOf(frames.at(-1) ?? {})[0]?.finish_reason, "stop");
});

Deno.test("edge 80: thoughts are reasoning_content, texts are joined", () => {
  const { message } = first([reply([{ text: "a", thought: true }, { text: "b" }, { text: "c" }])]);
  assert.equal(message["reasoning_content"], "a");
  assert.equal(message["content"], "bc");
});

Deno.test("edge 81: calls without ids get distinct ids, content null and tool_calls", () => {
  const choice = first([reply([{ functionCall: { name: "f" } }, { functionCall: { name: "g" } }])]);
  const ids = (choice.message["tool_calls"] as { id: string }[]).map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
  assert.equal(choice.message["content"], null);
  assert.equal(choice.finish_reason, "tool_calls");
});

Deno.test("edge 82: Google's call id is kept and echoed by families that want it", () => {
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

Deno.test("edge 83, 91: a length stop without parts has empty content and counts its thoughts", () => {
  const usageMetadata = { promptTokenCount: 5, thoughtsTokenCount: 19, totalTokenCount: 24 };
  const { reply: whole } = encode([{ candidates: [{ finishReason: "MAX_TOKENS" }], usageMetadata }]);
  const [choice] = choicesOf(whole);
  assert.equal(choice?.message["content"], "");
  assert.equal(choice?.finish_reason, "length");
  assert.equal((whole["usage"] as Record<string, unknown>)["completion_tokens"], 19);
});

Deno.test("edge 84: a refused prompt is a content_filter choice with a refusal", () => {
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

Deno.test("edge 92: usage counts tool prompts with the prompt and thoughts with the completion", () => {
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

Deno.test("edge 93: citations count characters where Google counts bytes", () => {
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

Deno.test("edge 94: an image is a data URL in message.images", () => {
  const choice = first([reply([{ text: "look" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }])]);
  assert.equal(choice.message["content"], "look");
  assert.deepEqual(choice.message["images"], [
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" }, index: 0 },
  ]);
});

Deno.test("edge 95: executed code and its result are fenced, in order", () => {
  const parts = [
    { executableCode: { language: "PYTHON", code: "print(1)\n" } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1\n" } },
    { text: "done" },
  ];
  assert.equal(first([reply(parts)]).message["content"], "\n```python\nprint(1)\n```\n\n```\n1\n```\ndone");
});

Deno.test("edge 97: a new finish reason with text is a stop", () => {
  assert.equal(first([reply([{ text: "x" }], "NEW_REASON")]).finish_reason, "stop");
});

Deno.test("edge 98: arguments keep what JSON.parse keeps; integers beyond 2^53 lose precision", () => {
  const args = JSON.parse('{"b":{"é":[1e21]},"a":12345678901234567890}');
  const choice = first([reply([{ functionCall: { name: "f", args } }])]);
  const [call] = choice.message["tool_calls"] as { function: { arguments: string } }[];
  assert.equal(call?.function.arguments, '{"b":{"é":[1e+21]},"a":12345678901234567000}');
});

Deno.test("edge 99: thoughts alone leave empty content, never none", () => {
  const { message } = first([reply([{ text: "hm", thought: true }])]);
  assert.equal(message["content"], "");
  assert.equal(message["reasoning_content"], "hm");
});

Deno.test("edge 103, 105: calls in one chunk or two have indexes 0 and 1", () => {
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

Deno.test("edge 104: one finish chunk at the end although a finishReason came first", () => {
  const { frames } = encode([reply([{ text: "a" }]), reply([{ text: "b" }])]);
  assert.deepEqual(frames.map((frame) => choicesOf(frame)[0]?.finish_reason), [null, null, null, "stop"]);
});

Deno.test("edge 106: reasoning comes before the tool call", () => {
  const { frames } = encode([reply([{ text: "t", thought: true }, { functionCall: { name: "f" } }])]);
  assert.deepEqual(deltas(frames).flatMap((delta) => Object.keys(delta)), [
    "role",
    "content",
    "refusal",
    "reasoning_content",
    "tool_calls",
  ]);
});

Deno.test("edge 107: usage comes only when it was asked for, in a chunk without choices", () => {
  const chunks = [{ ...reply([{ text: "a" }]), usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } }];
  const asked = encode(chunks, { stream: true, stream_options: { include_usage: true } }).frames;
  assert.ok(asked.slice(0, -1).every((frame) => frame["usage"] === null));
  assert.deepEqual(asked.at(-1)?.["choices"], []);
  assert.equal((asked.at(-1)?.["usage"] as Record<string, unknown>)["prompt_tokens"], 1);
  assert.ok(encode(chunks).frames.every((frame) => !("usage" in frame)));
});

Deno.test("edge 110, 112: an error ends the stream without [DONE] or a finish reason", () => {
  const encoder = openaiChat.encodeStream(encodeInput(decodeChat({}).context));
  const frame = encoder.fail({
    class: "transport",
    origin: "google",
    status: 502,
    message: "The connection broke.",
    cools: "endpoint",
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

Deno.test("edge 113: a heartbeat is a comment", () => {
  assert.equal(openaiChat.encodeStream(encodeInput(decodeChat({}).context)).heartbeat(), ": ping\n\n");
});

Deno.test("edge 125: each choice of a stream has its role and its finish", () => {
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

Deno.test("edge 66, 69: signatures travel with their call and come back on it", () => {
  const choice = first([reply([
    { functionCall: { id: "a", name: "f" }, thoughtSignature: "U2ln" },
    { functionCall: { id: "b", name: "f", args: { x: 1 } } },
  ])]);
  const messages = [
    { role: "user", content: "u" },
    { role: "assistant", content: null, tool_calls: choice.message["tool_calls"] },
    { role: "tool", tool_call_id: "a", content: "1" },
    { role: "tool", tool_call_id: "b", content: "2" },
  ];
  const model = decodeChat({ messages }, "gemini-3.1-pro-preview").request.contents[1];
  assert.deepEqual(model?.parts.map(({ thoughtSignature }) => thoughtSignature), ["U2ln", undefined]);
});

const loop = (calls: object[]) => [
  { role: "user", content: "u" },
  { role: "assistant", content: null, tool_calls: calls },
  ...calls.map((call) => ({ role: "tool", tool_call_id: (call as { id: string }).id, content: "r" })),
];
const call = (id: string, more: object = {}) => ({
  id,
  type: "function",
  function: { name: "f", arguments: `{"id":"${id}"}` },
  ...more,
});
const signatures = (
  messages: object[],
  model: string,
  signatureOf?: (key: { id: string }) => string | undefined,
) => {
  const decoded = decodeChat({ messages }, model, signatureOf === undefined ? {} : { signatureOf });
  return {
    decoded,
    found: decoded.request.contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature),
  };
};

Deno.test("edge 67, 70: remembered signatures are found by id, one a call", () => {
  const { found, decoded } = signatures(
    loop([call("a"), call("b")]),
    "gemini-3.1-pro-preview",
    ({ id }) => `sig-${id}`,
  );
  assert.deepEqual(found, ["sig-a", "sig-b"]);
  assert.deepEqual(decoded.missingSignatures, []);
});

Deno.test("edge 68: a lost signature is replaced on the first call only, with a warning", () => {
  const { found, decoded } = signatures(loop([call("a"), call("b")]), "gemini-3.1-pro-preview");
  assert.deepEqual(found, ["skip_thought_signature_validator", undefined]);
  assert.deepEqual(decoded.missingSignatures, [{ id: "a", name: "f", args: { id: "a" } }]);
  assert.equal(decoded.warnings.length, 1);
});

for (const signature of ["", 5, "gAAAAABfake"]) {
  Deno.test(`edge 71, 72: the signature ${JSON.stringify(signature)} counts as missing`, () => {
    const echoed = call("a", { extra_content: { google: { thought_signature: signature } } });
    assert.deepEqual(signatures(loop([echoed]), "gemini-3.1-pro-preview").found, [
      "skip_thought_signature_validator",
    ]);
  });
}

Deno.test("edge 76: an alias of a newer model gets stand-ins, 2.5 gets none", () => {
  assert.deepEqual(signatures(loop([call("a")]), "gemini-flash-latest").found, [
    "skip_thought_signature_validator",
  ]);
  assert.deepEqual(signatures(loop([call("a")]), "gemini-2.5-flash").found, [undefined]);
});

Deno.test("edge 156: rewritten ids find their signature by name and arguments", () => {
  const byName = (key: { id: string; name?: string }) => key.name === "f" ? "U2ln" : undefined;
  const { found, decoded } = signatures(loop([call("rewritten_0")]), "gemini-3.1-pro-preview", byName);
  assert.deepEqual(found, ["U2ln"]);
  assert.equal(decoded.request.contents[2]?.parts.length, 1);
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
