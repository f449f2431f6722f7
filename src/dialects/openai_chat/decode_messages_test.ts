import assert from "node:assert/strict";
import { decodeChat, refuseChat } from "../../../tests/support/chat_fixture.ts";

const system = (content: string) => ({ role: "system", content });
const user = (content: unknown) => ({ role: "user", content });
const calls = (...list: [string, string, string?][]) => ({
  role: "assistant",
  content: null,
  tool_calls: list.map(([id, name, args = "{}"]) => ({
    id,
    type: "function",
    function: { name, arguments: args },
  })),
});
const tool = (id: string, content: unknown) => ({ role: "tool", tool_call_id: id, content });
const contents = (messages: unknown[], model?: string, more: object = {}) =>
  decodeChat({ messages, ...more }, model).request.contents;
const texts = (parts: readonly { text?: string }[] | undefined) => parts?.map(({ text }) => text);

Deno.test("leading system and developer messages are the system instruction, in order", () => {
  const { request } = decodeChat({
    messages: [system("A"), { role: "developer", content: "B" }, user("hi")],
  });
  assert.deepEqual(request.systemInstruction, { parts: [{ text: "A" }, { text: "B" }] });
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "hi" }] }]);
});

Deno.test("a request that is all system keeps contents", () => {
  const { request } = decodeChat({ messages: [system("A")] });
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "A" }] }]);
});

Deno.test("a system message in the middle stays there as user text", () => {
  const { request } = decodeChat({
    messages: [user("u1"), { role: "assistant", content: "a1" }, system("S"), user("u2")],
  });
  assert.equal(request.systemInstruction, undefined);
  assert.deepEqual(request.contents.map(({ role, parts }) => [role, texts(parts)]), [
    ["user", ["u1"]],
    ["model", ["a1"]],
    ["user", ["S", "u2"]],
  ]);
});

Deno.test("a system message between call and result comes after the result", () => {
  const last = contents([user("u"), calls(["c1", "f"]), system("S"), tool("c1", "r")]).at(-1);
  assert.deepEqual(last?.parts.map((part) => Object.keys(part)[0]), ["functionResponse", "text"]);
});

Deno.test("an empty user message still gives a part", () => {
  assert.deepEqual(contents([user("")]), [{ role: "user", parts: [{ text: " " }] }]);
});

Deno.test("an assistant message with calls alone has no text part", () => {
  const model = contents([user("u"), calls(["c1", "f"]), tool("c1", "r")])[1];
  assert.deepEqual(model, { role: "model", parts: [{ functionCall: { name: "f", args: {} } }] });
});

Deno.test("an empty assistant message is left out", () => {
  assert.equal(
    contents([user("u"), { role: "assistant", content: "", tool_calls: [] }, user("v")]).length,
    1,
  );
});

Deno.test("text stands before calls in one turn", () => {
  const model = contents([user("u"), { ...calls(["c1", "f"]), content: "let me" }, tool("c1", "r")])[1];
  assert.deepEqual(model?.parts.map((part) => Object.keys(part)[0]), ["text", "functionCall"]);
});

Deno.test("user messages in a row are one turn", () => {
  assert.deepEqual(contents([user("a"), user("b")]), [{
    role: "user",
    parts: [{ text: "a" }, { text: "b" }],
  }]);
});

Deno.test("results come in the order of their calls", () => {
  const messages = [
    user("u"),
    calls(["c1", "f1"], ["c2", "f2"], ["c3", "f3"]),
    tool("c3", "r3"),
    tool("c1", "r1"),
    tool("c2", "r2"),
  ];
  const last = contents(messages).at(-1);
  assert.equal(last?.role, "user");
  assert.deepEqual(
    last?.parts.map(({ functionResponse }) => [functionResponse?.name, functionResponse?.response]),
    [
      ["f1", { output: "r1" }],
      ["f2", { output: "r2" }],
      ["f3", { output: "r3" }],
    ],
  );
});

Deno.test("a call without a result gets a stand-in before the user's text", () => {
  const last = contents([user("u"), calls(["c1", "f1"], ["c2", "f2"]), tool("c1", "r1"), user("go on")]).at(
    -1,
  );
  assert.ok("error" in (last?.parts[1]?.functionResponse?.response ?? {}));
  assert.equal(last?.parts[2]?.text, "go on");
});

Deno.test("a result without a call becomes text", () => {
  const all = contents([user("u"), tool("nobody", "the result")]);
  assert.equal(all.flatMap(({ parts }) => parts).some((part) => part.functionResponse !== undefined), false);
  assert.match(String(all[0]?.parts[1]?.text), /the result/);
});

for (
  const [content, response] of [
    ['{"a":1}', { a: 1 }],
    ["[1,2]", { output: "[1,2]" }],
    ["plain", { output: "plain" }],
    ["", { output: "" }],
  ] as const
) {
  Deno.test(`tool content ${JSON.stringify(content)} is sent as an object`, () => {
    const last = contents([user("u"), calls(["c1", "f"]), tool("c1", content)]).at(-1);
    assert.deepEqual(last?.parts[0]?.functionResponse?.response, response);
  });
}

Deno.test("text parts of a result are joined", () => {
  const parts = [{ type: "text", text: "x" }, { type: "text", text: "y" }];
  const last = contents([user("u"), calls(["c1", "f"]), tool("c1", parts)]).at(-1);
  assert.deepEqual(last?.parts[0]?.functionResponse?.response, { output: "x\ny" });
});

Deno.test("an image in a result stands beside it on 2.5 and inside it on 3", () => {
  const image = [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }];
  const messages = [user("u"), calls(["c1", "f"]), tool("c1", image)];
  const blob = { mimeType: "image/png", data: "iVBORw0KGgo=" };
  assert.deepEqual(contents(messages, "gemini-2.5-flash").at(-1)?.parts[1], { inlineData: blob });
  const response = contents(messages, "gemini-3.1-pro-preview").at(-1)?.parts[0]?.functionResponse;
  assert.deepEqual(response?.parts, [{ inlineData: blob }]);
});

for (const [args, sent] of [["", {}], ["  ", {}], ["{bad", { _raw: "{bad" }]] as const) {
  Deno.test(`arguments ${JSON.stringify(args)} keep the call`, () => {
    const model = contents([user("u"), calls(["c1", "f", args]), tool("c1", "r")])[1];
    assert.deepEqual(model?.parts[0]?.functionCall?.args, sent);
  });
}

Deno.test("arguments that are no object are wrapped", () => {
  const model = contents([user("u"), calls(["c1", "f", "[1]"]), tool("c1", "r")])[1];
  assert.deepEqual(model?.parts[0]?.functionCall?.args, { value: [1] });
});

Deno.test("a conversation that begins with a call gets a user turn before it", () => {
  const all = contents([calls(["c1", "f"]), tool("c1", "r")]);
  assert.deepEqual(all.map(({ role }) => role), ["user", "model", "user"]);
  assert.ok(all[1]?.parts[0]?.functionCall);
});

Deno.test("a trailing assistant text with tools on 3.x is followed by the user", () => {
  const tools = [{ type: "function", function: { name: "f" } }];
  const messages = [user("u"), { role: "assistant", content: "The answer" }];
  assert.equal(contents(messages, "gemini-3.1-pro-preview", { tools }).at(-1)?.role, "user");
});

Deno.test("a lone surrogate becomes U+FFFD", () => {
  assert.deepEqual(contents([user("a\ud83d")])[0]?.parts, [{ text: "a\ufffd" }]);
  const model = contents([user("u"), calls(["c1", "f", '{"a":"\\ud83d"}']), tool("c1", "r")])[1];
  assert.deepEqual(model?.parts[0]?.functionCall?.args, { a: "\ufffd" });
});

Deno.test("legacy function messages answer function_call by name", () => {
  const messages = [
    user("u"),
    { role: "assistant", content: null, function_call: { name: "f", arguments: '{"a":1}' } },
    { role: "function", name: "f", content: "r" },
  ];
  const all = contents(messages);
  assert.deepEqual(all[1]?.parts[0]?.functionCall, { name: "f", args: { a: 1 } });
  assert.deepEqual(all[2]?.parts[0]?.functionResponse, { name: "f", response: { output: "r" } });
});

Deno.test("decodeMessages() names the field that has a wrong type", () => {
  const cases: [object, string][] = [
    [{ messages: "hi" }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: [user("a"), 5] }, "messages[1]"],
    [{ messages: [user(5)] }, "messages[0].content"],
    [{ messages: [user([{ type: "text", text: 5 }])] }, "messages[0].content[0].text"],
    [
      { messages: [user([{ type: "image_url", image_url: { url: "ftp://x/y.png" } }])] },
      "messages[0].content[0].image_url.url",
    ],
    [{ messages: [user([{ type: "image_url", image_url: {} }])] }, "messages[0].content[0].image_url.url"],
    [{ messages: [user("u"), { role: "tool", content: "r" }] }, "messages[1].tool_call_id"],
  ];
  for (const [body, param] of cases) {
    const failure = refuseChat(body);
    assert.equal(failure.param, param);
    assert.equal(failure.status, 400);
    assert.equal(failure.class, "invalid_request");
  }
});
