import assert from "node:assert/strict";
import type { Failure, Json, JsonObject } from "../../../src/core/mod.ts";
import {
  type ClientTool,
  openaiResponses,
  type ResponsesContext,
} from "../../../src/dialects/openai_responses/mod.ts";
import { decodeCarrier, type TurnEvent } from "../../../src/gemini/mod.ts";
import {
  call,
  decodeWith,
  encodeInput,
  segment,
  streamWith,
  text,
  thought,
  turn,
} from "../../support/dialect_calls.ts";
import { collectResponse, parseFrames } from "../../support/responses_client.ts";
import { failureOf } from "../../support/failure_of.ts";

const TOOLS = new Map<string, ClientTool>([
  ["read", { name: "read", kind: "function" }],
  ["patch", { name: "apply.patch", kind: "custom" }],
  ["ns__child", { name: "child", namespace: "ns", kind: "function" }],
]);
const CONTEXT: ResponsesContext = {
  model: "gpt-x",
  tools: TOOLS,
  echo: {},
  signedThoughts: false,
  encrypted: false,
  codex: false,
  store: false,
  history: [],
};

type Response = JsonObject & {
  output: JsonObject[];
  status: string;
  error: JsonObject | null;
  usage: JsonObject;
};

/** The whole response, after checking that the stream says the same. */
function reply(events: readonly TurnEvent[], context: Partial<ResponsesContext> = {}): Response {
  const all = { ...CONTEXT, ...context };
  const whole = JSON.parse(JSON.stringify(openaiResponses.encodeReply(events, encodeInput(all))));
  assert.deepEqual(collectResponse(parseFrames(streamWith(openaiResponses, events, all))), whole);
  return whole;
}
const types = (events: readonly TurnEvent[], context: Partial<ResponsesContext> = {}) =>
  parseFrames(streamWith(openaiResponses, events, { ...CONTEXT, ...context })).map(({ type }) => type);
const content = (item: JsonObject | undefined) => (item?.content as JsonObject[] | undefined)?.[0] ?? {};

Deno.test("a stream of text has the exact sequence", () => {
  const events = turn([text("a"), text("b")]);
  assert.deepEqual(types(events), [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const made = reply(events);
  assert.equal(made.status, "completed");
  assert.equal(content(made.output[0]).text, "ab");
});

Deno.test("arguments and call id of a streamed call are the same everywhere", () => {
  const frames = parseFrames(streamWith(openaiResponses, turn([call("read", { p: "é" }, "c1")]), CONTEXT));
  const done = frames.find(({ type }) => type === "response.function_call_arguments.done");
  const item = frames.find(({ type }) => type === "response.output_item.done")?.item as JsonObject;
  assert.equal(done?.arguments, '{"p":"é"}');
  assert.equal(item.arguments, done?.arguments);
  assert.equal(item.call_id, "c1");
  assert.equal(
    (frames.find(({ type }) => type === "response.output_item.added")?.item as JsonObject).call_id,
    "c1",
  );
});

Deno.test("a custom tool call carries its raw input", () => {
  const made = reply(turn([call("patch", { input: "*** Begin\n" }, "c1")]));
  assert.equal(made.output[0]?.type, "custom_tool_call");
  assert.equal(made.output[0]?.input, "*** Begin\n");
  assert.equal(made.output[0]?.name, "apply.patch");
});

Deno.test("responses : a call to a namespace's child returns name and namespace", () => {
  const made = reply(turn([call("ns__child", {}, "c1")]));
  assert.equal(made.output[0]?.name, "child");
  assert.equal(made.output[0]?.namespace, "ns");
});

Deno.test("responses : a call without arguments has arguments {}", () => {
  assert.equal(reply(turn([call("read")])).output[0]?.arguments, "{}");
});

Deno.test("responses : thoughts, texts and parallel calls are items of their own", () => {
  const made = reply(
    turn([thought("a"), text("b"), text("c"), call("read", {}, "c1"), call("read", {}, "c2")]),
  );
  assert.deepEqual(made.output.map(({ type }) => type), [
    "reasoning",
    "message",
    "function_call",
    "function_call",
  ]);
  assert.deepEqual(made.output[0]?.summary, [{ type: "summary_text", text: "a" }]);
  assert.equal(new Set(made.output.map(({ id }) => id)).size, 4);
});

Deno.test("responses : reasoning is done before the next item starts", () => {
  const made = types(turn([thought("a"), call("read")]));
  assert.ok(
    made.indexOf("response.reasoning_summary_part.done") < made.lastIndexOf("response.output_item.added"),
  );
});

Deno.test("the signature of a call is in the reasoning before it and in its id", () => {
  const events = turn([thought("t"), call("read", {}, "c1", "AbC="), call("read", {}, "c2")]);
  const made = reply(events, { encrypted: true });
  assert.deepEqual(decodeCarrier(made.output[0]?.encrypted_content), {
    source: "api_key",
    signature: "AbC=",
  });
  assert.equal(decodeCarrier(made.output[1]?.id)?.signature, "AbC=");
  assert.equal(decodeCarrier(made.output[2]?.id), undefined);
  const silent = reply(turn([call("read", {}, "c1", "AbC=")]), { encrypted: true });
  assert.deepEqual(silent.output[0]?.summary, []);
  assert.equal(decodeCarrier(silent.output[0]?.encrypted_content)?.signature, "AbC=");
  assert.equal("encrypted_content" in (reply(events).output[0] ?? {}), false);
});

Deno.test("responses : signed text is text, a signature alone is nothing", () => {
  const made = reply(turn([text("x", "AA=="), { type: "signature", candidate: 0, signature: "AA==" }]));
  assert.deepEqual(made.output.map(({ type }) => type), ["message"]);
});

Deno.test("responses : MAX_TOKENS is incomplete, for Codex completed", () => {
  const events = turn([text("half")], "MAX_TOKENS", { thoughtsTokens: 19 });
  const made = reply(events);
  assert.deepEqual([made.status, made.incomplete_details], ["incomplete", { reason: "max_output_tokens" }]);
  assert.equal(made.output[0]?.status, "incomplete");
  const codex = reply(events, { codex: true });
  assert.deepEqual([codex.status, codex.output[0]?.status], ["completed", "completed"]);
  assert.deepEqual(reply(turn([], "MAX_TOKENS")).output, []);
});

Deno.test("a blocked prompt is failed with invalid_prompt", () => {
  const events = segment([{
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 13 },
  }]) ?? [];
  for (const codex of [true, false]) {
    const made = reply(events, { codex });
    assert.deepEqual([made.status, made.error?.code], ["failed", "invalid_prompt"]);
    assert.equal(made.usage.input_tokens, 13);
  }
});

Deno.test("responses : filtered replies are incomplete, for Codex failed", () => {
  for (const reason of ["SAFETY", "RECITATION"]) {
    const events = turn([], reason);
    assert.deepEqual(reply(events).incomplete_details, { reason: "content_filter" });
    assert.equal(reply(events, { codex: true }).error?.code, "invalid_prompt");
  }
});

Deno.test("responses : a malformed call is a server error", () => {
  assert.equal(reply(turn([text("a")], "MALFORMED_FUNCTION_CALL")).error?.code, "server_error");
});

Deno.test("responses : usage", () => {
  const made = reply(
    turn([text("x")], "STOP", {
      promptTokens: 100,
      cachedTokens: 80,
      toolUseTokens: 5,
      candidatesTokens: 10,
      thoughtsTokens: 20,
    }),
  );
  assert.deepEqual(made.usage, {
    input_tokens: 105,
    input_tokens_details: { cached_tokens: 80, cache_write_tokens: 0 },
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 135,
  });
});

Deno.test("responses : citations count characters", () => {
  const grounding = {
    webSearchQueries: ["q"],
    groundingChunks: [{ web: { uri: "https://a.example", title: "a" } }],
    groundingSupports: [{ segment: { startIndex: 3, endIndex: 6, text: "漢" }, groundingChunkIndices: [0] }],
  };
  const made = reply(turn([text("é "), text("漢!"), { type: "citation", candidate: 0, grounding }]));
  assert.deepEqual(content(made.output[0]).annotations, [
    { type: "url_citation", start_index: 2, end_index: 3, url: "https://a.example", title: "a" },
  ]);
  assert.equal(made.output[1]?.type, "web_search_call");
});

Deno.test("responses : images and code are items", () => {
  const made = reply(turn([
    text("x"),
    { type: "media", candidate: 0, mimeType: "image/png", data: "AAAA" },
    { type: "code", candidate: 0, language: "PYTHON", code: "print(1)" },
    { type: "code-result", candidate: 0, outcome: "OUTCOME_OK", output: "1\n" },
  ]));
  assert.deepEqual(made.output.map(({ type }) => type), [
    "message",
    "image_generation_call",
    "code_interpreter_call",
  ]);
  assert.equal(made.output[1]?.result, "AAAA");
  assert.deepEqual(made.output[2]?.outputs, [{ type: "logs", logs: "1\n" }]);
});

Deno.test("responses : unknown finishes and turns of thoughts alone are completed", () => {
  assert.equal(reply(turn([text("x")], "NEW_REASON")).status, "completed");
  assert.deepEqual(reply(turn([thought("x")])).output.map(({ type }) => type), ["reasoning"]);
});

Deno.test("responses: logprobs stand with the text", () => {
  const result = {
    chosenCandidates: [{ token: "é", logProbability: -0.5 }],
    topCandidates: [{
      candidates: [{ token: "é", logProbability: -0.5 }, { token: "e", logProbability: -2 }],
    }],
  };
  const made = reply(turn([text("é"), { type: "logprobs", candidate: 0, result }]));
  assert.deepEqual(content(made.output[0]).logprobs, [{
    token: "é",
    logprob: -0.5,
    bytes: [195, 169],
    top_logprobs: [{ token: "é", logprob: -0.5, bytes: [195, 169] }, {
      token: "e",
      logprob: -2,
      bytes: [101],
    }],
  }]);
});

Deno.test("responses : a cut stream ends with response.failed that holds what there was", () => {
  const stream = openaiResponses.encodeStream(encodeInput(CONTEXT));
  const failure: Failure = {
    class: "transport",
    status: 502,
    message: "The connection was lost.",
    scope: "endpoint",
  };
  const frames = stream.push({ type: "turn-start" }) + stream.push(text("half")) + stream.fail(failure);
  const made = collectResponse(parseFrames(frames)) as Response;
  assert.deepEqual([made.status, made.error?.code, content(made.output[0]).text], [
    "failed",
    "server_error",
    "half",
  ]);
});

Deno.test("responses: a failure names its code, and a limit tells Codex how long to wait", () => {
  const fail = (more: Partial<Failure>) => {
    const stream = openaiResponses.encodeStream(encodeInput(CONTEXT));
    const failure = failureOf(more);
    const last = parseFrames(stream.fail(failure)).at(-1) as { type: string; response: Response };
    assert.equal(last.type, "response.failed");
    return last.response.error;
  };
  assert.deepEqual(fail({ class: "rate_limit", message: "No.", until: 1_760_000_012_000 }), {
    code: "rate_limit_exceeded",
    message: "No. Please try again in 12s.",
  });
  assert.equal(fail({ class: "quota" })?.code, "rate_limit_exceeded");
  assert.equal(fail({ class: "quota", code: "insufficient_quota" })?.code, "insufficient_quota");
  assert.equal(fail({ class: "overloaded" })?.code, "server_is_overloaded");
  assert.equal(
    fail({ class: "invalid_request", code: "context_length_exceeded" })?.code,
    "context_length_exceeded",
  );
});

Deno.test("responses : the heartbeat is a comment", () => {
  assert.equal(openaiResponses.encodeStream(encodeInput(CONTEXT)).heartbeat(), ": ping\n\n");
});

Deno.test("responses: a stored response replays as the next request's history", () => {
  const body = { model: "gpt-x", input: "go", tools: [{ type: "function", name: "read" }] };
  const first = decodeWith(openaiResponses, body);
  const events = turn([thought("t"), text("so"), call("read", { p: 1 }, "c1", "AbC=")]);
  const kept = openaiResponses.storable?.(events, encodeInput(first.context), body);
  const sent = reply(events, first.context);
  assert.equal(kept?.id, sent.id);
  const value = kept?.value as { response: Json; items: Json[] };
  assert.deepEqual(JSON.parse(JSON.stringify(value.response)), sent);
  const next = decodeWith(openaiResponses, {
    ...body,
    previous_response_id: kept?.id,
    input: [{ type: "function_call_output", call_id: "c1", output: "done" }],
  }, { stored: new Map([[kept?.id ?? "", JSON.parse(JSON.stringify(kept?.value)) as Json]]) });
  assert.deepEqual(next.request.contents, [
    { role: "user", parts: [{ text: "go" }] },
    {
      role: "model",
      parts: [{ text: "so" }, {
        functionCall: { id: "c1", name: "read", args: { p: 1 } },
        thoughtSignature: "AbC=",
      }],
    },
    { role: "user", parts: [{ functionResponse: { id: "c1", name: "read", response: { output: "done" } } }] },
  ]);
  assert.equal(
    openaiResponses.storable?.(events, encodeInput({ ...first.context, store: false }), body),
    undefined,
  );
});
