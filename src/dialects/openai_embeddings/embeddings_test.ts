import assert from "node:assert/strict";
import { capabilitiesOf } from "../../gemini/mod.ts";
import type { DecodeInput } from "../contract.ts";
import { openaiEmbeddings } from "./mod.ts";

const decodeInput: DecodeInput = {
  target: { id: "gemini-embedding-001", capabilities: capabilitiesOf("gemini-embedding-001") },
  signatureOf: () => undefined,
  stored: new Map(),
  headers: new Headers(),
  newId: (prefix) => prefix + "1",
};
const encodeInput = (format: "float" | "base64") => ({
  context: { model: "text-embedding-3-small", format },
  requestId: "req_1",
  created: 1,
  newId: (prefix: string) => prefix,
});

function decode(body: Record<string, unknown>) {
  const result = openaiEmbeddings.decodeRequest({ model: "m", ...body }, decodeInput);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function refusal(body: Record<string, unknown>) {
  const result = openaiEmbeddings.decodeRequest({ model: "m", ...body }, decodeInput);
  assert.ok(!result.ok);
  return result.error;
}

Deno.test("base64 embeddings decode to float32 of their length, in order", () => {
  const call = decode({ input: ["a", "b"], encoding_format: "base64" });
  assert.deepEqual(call.embed?.inputs, ["a", "b"]);
  const reply = openaiEmbeddings.encodeEmbeddings?.([[1, 0, 0], [0, 0.6, 0.8]], 7, encodeInput("base64")) as {
    data: { index: number; embedding: string }[];
    usage: unknown;
  };
  const decoded = reply.data.map((
    { embedding },
  ) => [...new Float32Array(Uint8Array.from(atob(embedding), (c) => c.charCodeAt(0)).buffer)]);
  assert.deepEqual(decoded[0], [1, 0, 0]);
  assert.ok(Math.abs((decoded[1]?.[2] ?? 0) - 0.8) < 1e-6);
  assert.deepEqual(reply.data.map(({ index }) => index), [0, 1]);
  assert.deepEqual(reply.usage, { prompt_tokens: 7, total_tokens: 7 });
});

Deno.test("250 inputs stay one call in their order", () => {
  const inputs = Array.from({ length: 250 }, (_, index) => `text ${index}`);
  assert.deepEqual(decode({ input: inputs }).embed?.inputs, inputs);
});

Deno.test("token ids are refused and the field is named", () => {
  for (const input of [[1, 2, 3], [[1], [2]]]) {
    const failure = refusal({ input });
    assert.equal(failure.param, "input");
    assert.equal(failure.status, 400);
  }
});

Deno.test("vectors of reduced dimensions get norm 1", () => {
  const call = decode({ input: "a", dimensions: 256, task_type: "retrieval_document", title: "T" });
  assert.deepEqual(call.embed, {
    inputs: ["a"],
    dimensions: 256,
    taskType: "RETRIEVAL_DOCUMENT",
    title: "T",
  });
  const reply = openaiEmbeddings.encodeEmbeddings?.(
    [Array.from({ length: 256 }, () => 0.3)],
    1,
    encodeInput("float"),
  ) as {
    data: { embedding: number[] }[];
  };
  assert.ok(Math.abs(Math.hypot(...reply.data[0]?.embedding ?? []) - 1) < 1e-3);
});

Deno.test("decodeRequest() names the field that is wrong", () => {
  assert.equal(refusal({}).param, "input");
  assert.equal(refusal({ input: [] }).param, "input");
  assert.equal(refusal({ input: ["a", ""] }).param, "input[1]");
  assert.equal(refusal({ input: ["a", {}] }).param, "input[1]");
  assert.equal(refusal({ input: "a", encoding_format: "hex" }).param, "encoding_format");
  assert.equal(refusal({ input: "a", dimensions: 0 }).param, "dimensions");
  assert.equal(refusal({ input: "a", dimensions: 1.5 }).param, "dimensions");
});

Deno.test("encodeEmbeddings() has the keys and types of a recorded reply", () => {
  const reply = openaiEmbeddings.encodeEmbeddings?.([[1]], 4, encodeInput("base64"));
  assert.deepEqual(Object.keys(reply ?? {}).sort(), ["data", "model", "object", "usage"]);
});
