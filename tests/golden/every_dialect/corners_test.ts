import assert from "node:assert/strict";
import type { Failure, Json } from "../../../src/core/mod.ts";
import { anthropicMessages, openaiChat, openaiResponses } from "../../../src/dialects/mod.ts";
import { decodeWith, refuseWith } from "../../support/dialect_calls.ts";

const user = (content: unknown) => ({ role: "user", content });
const FILE = "https://generativelanguage.googleapis.com/v1beta/files/abc-1";

Deno.test("a file that Google holds is named alike in every dialect", () => {
  const bodies = [
    [openaiChat, { model: "m", messages: [user([{ type: "file", file: { file_id: "files/abc-1" } }])] }],
    [anthropicMessages, {
      model: "m",
      max_tokens: 5,
      messages: [user([{ type: "document", source: { type: "file", file_id: "files/abc-1" } }])],
    }],
    [openaiResponses, { model: "m", input: [user([{ type: "input_file", file_id: "files/abc-1" }])] }],
  ] as const;
  for (const [dialect, body] of bodies) {
    const { request } = decodeWith<unknown>(dialect, body);
    assert.deepEqual(request.contents[0]?.parts, [{ fileData: { fileUri: FILE } }], dialect.name);
  }
});

Deno.test("a key whose project lacks billing is told as such, not as a wrong key", () => {
  const failure: Failure = {
    class: "credential_dead",
    status: 400,
    code: "billing_not_active",
    message: "Google asks for active billing.",
    scope: "credential",
  };
  const chat = openaiChat.encodeFailure(failure, "req_1");
  assert.equal(chat.status, 403);
  assert.deepEqual(chat.body["error"], {
    message: failure.message,
    type: "insufficient_quota",
    param: null,
    code: "billing_not_active",
  });
  const messages = anthropicMessages.encodeFailure(failure, "req_1");
  assert.equal(messages.status, 402);
  assert.equal((messages.body["error"] as Record<string, Json>)["type"], "billing_error");
});

Deno.test("a format whose schema is none is refused by its field", () => {
  const chat = (schema: unknown) => ({
    model: "m",
    messages: [user("hi")],
    response_format: { type: "json_schema", json_schema: { name: "r", schema } },
  });
  assert.equal(refuseWith(openaiChat, chat("x")).param, "response_format.json_schema.schema");
  assert.equal(refuseWith(openaiChat, chat([])).param, "response_format.json_schema.schema");
  assert.deepEqual(decodeWith(openaiChat, chat(undefined)).request.generationConfig, {
    responseMimeType: "application/json",
  });
  for (const schema of [undefined, 5, []]) {
    const body = { model: "m", input: "hi", text: { format: { type: "json_schema", name: "r", schema } } };
    assert.equal(refuseWith(openaiResponses, body).param, "text.format.schema");
  }
  const format = { type: "json_schema", schema: 5 };
  const body = { model: "m", max_tokens: 5, messages: [user("hi")], output_config: { format } };
  assert.equal(refuseWith(anthropicMessages, body).param, "output_config.format.schema");
});

Deno.test("responses: a chain goes on without new input", () => {
  const stored = new Map<string, Json>([["resp_1", { v: 1, items: [user("remember") as Json] }]]);
  const { request } = decodeWith(openaiResponses, { model: "m", previous_response_id: "resp_1" }, { stored });
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "remember" }] }]);
  assert.equal(refuseWith(openaiResponses, { model: "m" }).param, "input");
});

Deno.test("responses: a screenshot that a client's computer gives back is an image, never text", () => {
  const { request } = decodeWith(openaiResponses, {
    model: "gemini-3.1-pro-preview",
    input: [
      user("look"),
      { type: "computer_call", call_id: "c1", action: { type: "screenshot" } },
      {
        type: "computer_call_output",
        call_id: "c1",
        output: { type: "computer_screenshot", image_url: "data:image/png;base64,iVBORw0KGgo=" },
      },
    ],
  });
  const answer = request.contents[2]?.parts[0]?.functionResponse;
  assert.deepEqual(answer?.parts, [{ inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }]);
  assert.ok(!JSON.stringify(answer.response).includes("iVBOR"));
});

Deno.test("responses: new items are left out with a warning, and read as text where they carry some", () => {
  const call = decodeWith(openaiResponses, {
    model: "m",
    input: [user("hi"), { type: "future_search_call", id: "x", status: "completed" }],
  });
  assert.ok(call.warnings.some((warning) => /future_search_call/.test(warning)));
  const told = decodeWith(openaiResponses, {
    model: "m",
    input: [{ type: "future_message", content: [{ type: "input_text", text: "hi" }] }],
  });
  assert.deepEqual(told.request.contents, [{ role: "user", parts: [{ text: "hi" }] }]);
  assert.ok(told.warnings.some((warning) => /future_message/.test(warning)));
});

Deno.test("messages : a turn of a call alone has no text part, texts of a result are joined", () => {
  const content = [{ type: "text", text: "x" }, { type: "text", text: "y" }];
  const { request } = decodeWith(anthropicMessages, {
    model: "m",
    max_tokens: 5,
    messages: [
      user("go"),
      {
        role: "assistant",
        content: [{ type: "text", text: "" }, { type: "tool_use", id: "t", name: "f", input: {} }],
      },
      user([{ type: "tool_result", tool_use_id: "t", content }]),
    ],
  }, { model: "gemini-2.5-flash" });
  assert.deepEqual(request.contents[1]?.parts, [{ functionCall: { name: "f", args: {} } }]);
  assert.deepEqual(request.contents[2]?.parts[0]?.functionResponse?.response, { output: "x\ny" });
});
