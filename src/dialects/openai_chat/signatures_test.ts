import assert from "node:assert/strict";
import { decodeChat, encodeChat, eventsOf } from "../../../tests/support/chat_fixture.ts";

const reply = (parts: unknown[]) => ({
  candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
});
const first = (chunks: unknown[]) => {
  const { reply: whole } = encodeChat(eventsOf(chunks), decodeChat({}).context);
  const [choice] = whole["choices"] as unknown as { message: Record<string, unknown> }[];
  assert.ok(choice);
  return choice;
};

Deno.test("signatures travel with their call and come back on it", () => {
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

Deno.test("remembered signatures are found by id, one a call", () => {
  const { found, decoded } = signatures(
    loop([call("a"), call("b")]),
    "gemini-3.1-pro-preview",
    ({ id }) => `sig-${id}`,
  );
  assert.deepEqual(found, ["sig-a", "sig-b"]);
  assert.deepEqual(decoded.missingSignatures, []);
});

Deno.test("a lost signature is replaced on the first call only, with a warning", () => {
  const { found, decoded } = signatures(loop([call("a"), call("b")]), "gemini-3.1-pro-preview");
  assert.deepEqual(found, ["skip_thought_signature_validator", undefined]);
  assert.deepEqual(decoded.missingSignatures, [{ id: "a", name: "f", args: { id: "a" } }]);
  assert.equal(decoded.warnings.length, 1);
});

for (const signature of ["", 5, "gAAAAABfake"]) {
  Deno.test(`the signature ${JSON.stringify(signature)} counts as missing`, () => {
    const echoed = call("a", { extra_content: { google: { thought_signature: signature } } });
    assert.deepEqual(signatures(loop([echoed]), "gemini-3.1-pro-preview").found, [
      "skip_thought_signature_validator",
    ]);
  });
}

Deno.test("an alias of a newer model gets stand-ins, 2.5 gets none", () => {
  assert.deepEqual(signatures(loop([call("a")]), "gemini-flash-latest").found, [
    "skip_thought_signature_validator",
  ]);
  assert.deepEqual(signatures(loop([call("a")]), "gemini-2.5-flash").found, [undefined]);
});

Deno.test("rewritten ids find their signature by name and arguments", () => {
  const byName = (key: { id: string; name?: string }) => key.name === "f" ? "U2ln" : undefined;
  const { found, decoded } = signatures(loop([call("rewritten_0")]), "gemini-3.1-pro-preview", byName);
  assert.deepEqual(found, ["U2ln"]);
  assert.equal(decoded.request.contents[2]?.parts.length, 1);
});
