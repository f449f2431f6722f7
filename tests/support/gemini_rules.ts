import assert from "node:assert/strict";
import type { GeminiRequest, Part } from "../../src/gemini/mod.ts";

const DATA_FIELDS = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
] as const;

/** Google's own rules for `contents`, as far as its refusals tell them; throws with the rule that is broken. */
export function assertAccepted(request: GeminiRequest, needsSignatures: boolean): void {
  const { contents } = request;
  assert.ok(contents.length > 0, "contents is not specified");
  assert.equal(contents[0]?.role, "user", "the first turn is the user's");
  contents.forEach((content, index) => {
    assert.ok(content.parts.length > 0, "contents.parts must not be empty");
    assert.notEqual(content.role, contents[index - 1]?.role, "turns alternate");
    content.parts.forEach(assertPart);
    const calls = content.parts.filter((part) => part.functionCall !== undefined);
    const responses = contents[index + 1]?.parts.filter((part) => part.functionResponse !== undefined) ?? [];
    if (content.role === "model") {
      assert.equal(responses.length, calls.length, "as many function responses as calls");
      assert.deepEqual(
        responses.map(({ functionResponse }) => [functionResponse?.name, functionResponse?.id]),
        calls.map(({ functionCall }) => [functionCall?.name, functionCall?.id]),
      );
      if (needsSignatures && calls.length > 0) {
        assert.ok(calls[0]?.thoughtSignature, "missing a thought_signature");
      }
    } else if (index === 0) assert.ok(content.parts.every((part) => part.functionResponse === undefined));
  });
}

function assertPart(part: Part): void {
  const set = DATA_FIELDS.filter((field) => part[field] !== undefined);
  assert.equal(set.length, 1, "required oneof field 'data' must have one initialized field");
  assert.notEqual(part.thoughtSignature, "", "Corrupted thought signature.");
  if (part.text !== undefined) assert.ok(part.text.isWellFormed());
  for (const holder of [part.functionCall, part.functionResponse]) {
    if (holder !== undefined) assert.match(holder.name, /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/);
  }
}
