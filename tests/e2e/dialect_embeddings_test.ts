/** Options of embeddings in every spelling that clients use, at the HTTP boundary. */
import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { at, type Json, tell } from "./calls.ts";
import { warningsOf } from "./dialect_bodies.ts";

const PICTURE = `data:image/png;base64,iVBORw0KGgo${"A".repeat(60)}`;

async function embed(more: Json) {
  const t = await proxyUnderTest();
  await using _ = t;
  const told = await tell(t, "/v1/embeddings", {
    body: { model: "gemini-embedding-001", input: "hello", ...more },
  });
  const up = t.simulator.log.findLast(({ method }) => method === "batchEmbedContents");
  return { told, up: up === undefined ? {} : JSON.parse(up.bodyText) as Json };
}

const OPTIONS: readonly (readonly [Json, Json])[] = [
  [{ taskType: "RETRIEVAL_QUERY", outputDimensionality: 64 }, {
    taskType: "RETRIEVAL_QUERY",
    outputDimensionality: 64,
  }],
  [{ task_type: "clustering", output_dimensionality: 64 }, {
    taskType: "CLUSTERING",
    outputDimensionality: 64,
  }],
  [{ extra_body: { google: { task_type: "RETRIEVAL_DOCUMENT", title: "T" } } }, {
    taskType: "RETRIEVAL_DOCUMENT",
    title: "T",
  }],
  [{ extra_body: { extra_body: { google: { task_type: "SEMANTIC_SIMILARITY" } } } }, {
    taskType: "SEMANTIC_SIMILARITY",
  }],
  [{ input_type: "query" }, { taskType: "RETRIEVAL_QUERY" }],
  [{ dimensions: 128 }, { outputDimensionality: 128 }],
];
for (const [more, sent] of OPTIONS) {
  Deno.test(`embeddings: ${JSON.stringify(more)} is honoured`, async () => {
    const { told, up } = await embed(more);
    assert.equal(told.status, 200, told.text);
    const { model: _, content: __, ...rest } = at(up, "requests.0") as Json;
    assert.deepEqual(rest, sent);
    assert.equal(warningsOf(told), "");
  });
}

for (const input of [PICTURE, [PICTURE], { type: "image_url", image_url: { url: PICTURE } }]) {
  Deno.test(`embeddings: a picture (${Array.isArray(input) ? "list" : typeof input}) is embedded as one where the model can`, async () => {
    const { told, up } = await embed({ model: "gemini-embedding-2", input });
    assert.equal(told.status, 200, told.text);
    assert.equal(at(up, "requests.0.content.parts.0.inlineData.mimeType"), "image/png");
    const refused = await embed({ input });
    assert.equal(refused.told.status, 400);
    assert.match(refused.told.text, /gemini-embedding-2/);
  });
}

Deno.test("embeddings: unknown fields are named", async () => {
  const { told } = await embed({ zz_late: true });
  assert.equal(told.status, 200);
  assert.match(warningsOf(told), /zz_late/);
});
