import assert from "node:assert/strict";
import type { JsonObject } from "../core/mod.ts";
import { ask, bench, messageOf } from "../../tests/support/sim_calls.ts";

const PROJECTS = [{ id: "alpha", keys: ["a1", "a2"] }, { id: "beta", keys: ["b1"] }];

function call(
  sim: ReturnType<typeof bench>["sim"],
  method: string,
  path: string,
  key: string,
  body?: JsonObject,
): Promise<Response> {
  return sim.fetch(
    new Request(`http://sim${path}`, {
      method,
      headers: { "x-goog-api-key": key },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );
}

Deno.test("models.list has pages, and models.get the same fields", async () => {
  const { sim } = bench({ projects: PROJECTS });
  const names: string[] = [];
  let token: string | undefined = "";
  let pages = 0;
  while (token !== undefined) {
    const page: { models: { name: string }[]; nextPageToken?: string } =
      await (await call(sim, "GET", `/v1beta/models?pageSize=7&pageToken=${token}`, "a1")).json();
    names.push(...page.models.map((model) => model.name));
    token = page.nextPageToken;
    pages++;
  }
  assert.equal(new Set(names).size, names.length);
  assert.equal(pages, Math.ceil(names.length / 7));
  const all = await (await call(sim, "GET", "/v1/models", "a1")).json();
  assert.deepEqual(all.models.map((model: { name: string }) => model.name), names);
  const one = await (await call(sim, "GET", "/v1beta/models/gemini-2.5-pro", "a1")).json();
  assert.equal(one.inputTokenLimit, 1_048_576);
  assert.equal(one.thinking, true);
  assert.ok(one.supportedGenerationMethods.includes("generateContent"));
  assert.equal((await call(sim, "GET", "/v1beta/models?pageToken=nonsense", "a1")).status, 400);
});

Deno.test("countTokens takes contents or a whole request, but not both", async () => {
  const { post } = bench();
  const more = { method: "countTokens" };
  const { contents } = ask("12345678");
  assert.deepEqual(await (await post({ contents: contents! }, more)).json(), {
    totalTokens: 2,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: 2 }],
  });
  const whole = {
    generateContentRequest: {
      model: "models/gemini-2.5-flash",
      contents: contents!,
      systemInstruction: { parts: [{ text: "1234" }] },
    },
  };
  assert.equal((await (await post(whole, more)).json()).totalTokens, 3);
  assert.equal((await post({ ...whole, contents: contents! }, more)).status, 400);
  assert.equal((await post({}, more)).status, 400);
});

Deno.test("embeddings depend on the text alone, keep their order, and are cut without normalising", async () => {
  const { post } = bench();
  const model = "gemini-embedding-001";
  const content = (text: string): JsonObject => ({
    model: `models/${model}`,
    content: { parts: [{ text }] },
  });
  const batch = await (await post({ requests: [content("a"), content("b"), content("a")] }, {
    model,
    method: "batchEmbedContents",
  })).json();
  const [first, second, third] = batch.embeddings.map((embedding: { values: number[] }) => embedding.values);
  assert.equal(first.length, 3072);
  assert.deepEqual(first, third);
  assert.notDeepEqual(first, second);
  const norm = (values: number[]): number => Math.hypot(...values);
  assert.ok(Math.abs(norm(first) - 1) < 1e-6);
  const short = await (await post({ content: { parts: [{ text: "a" }] }, outputDimensionality: 256 }, {
    model,
    method: "embedContent",
  })).json();
  assert.deepEqual(short.embedding.values, first.slice(0, 256));
  assert.ok(norm(short.embedding.values) < 0.9);
});

Deno.test("batchEmbedContents refuses more than a hundred, other models and empty texts", async () => {
  const { post } = bench();
  const more = { model: "gemini-embedding-001", method: "batchEmbedContents" };
  const entry = (text: string, model = "models/gemini-embedding-001"): JsonObject => ({
    model,
    content: { parts: [{ text }] },
  });
  const refused = async (requests: JsonObject[]): Promise<string> =>
    messageOf(await post({ requests }, more));
  assert.match(
    await refused(Array.from({ length: 101 }, () => entry("x"))),
    /at most 100 requests can be in one batch/,
  );
  assert.match(await refused([entry("x", "models/other")]), /unexpected model name format/);
  assert.match(await refused([entry("")]), /contents is not specified/);
});

Deno.test("cached contents belong to a project, count as cached tokens, can be renewed and end", async () => {
  const { sim, post, clock } = bench({ projects: PROJECTS });
  const contents = [{ role: "user", parts: [{ text: "long ".repeat(100) }] }];
  const made = await (await call(sim, "POST", "/v1beta/cachedContents", "a1", {
    model: "models/gemini-2.5-flash",
    contents,
    ttl: "60s",
  })).json();
  assert.equal(made.usageMetadata.totalTokenCount, 125);
  const body = ask("short", { cachedContent: made.name });
  const reply = await (await post(body, { key: "a2" })).json();
  assert.equal(reply.usageMetadata.cachedContentTokenCount, 125);
  assert.equal(reply.usageMetadata.promptTokenCount, 127);
  const foreign = await post(body, { key: "b1" });
  assert.equal(foreign.status, 403);
  assert.equal(await messageOf(foreign), "CachedContent not found (or permission denied)");
  await clock.advance(59_000);
  await call(sim, "PATCH", `/v1beta/${made.name}`, "a1", { ttl: "60s" });
  await clock.advance(59_000);
  assert.equal((await call(sim, "GET", `/v1beta/${made.name}`, "a1")).status, 200);
  await clock.advance(1000);
  assert.equal((await call(sim, "GET", `/v1beta/${made.name}`, "a1")).status, 403);
});

Deno.test("an uploaded file can be used and removed by its project alone", async () => {
  const { sim, post } = bench({ projects: PROJECTS });
  const start = await sim.fetch(
    new Request("http://sim/upload/v1beta/files", {
      method: "POST",
      headers: {
        "x-goog-api-key": "a1",
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-type": "text/plain",
      },
      body: JSON.stringify({ file: { displayName: "note" } }),
    }),
  );
  await start.body?.cancel();
  const put = (key: string): Promise<Response> =>
    sim.fetch(
      new Request(start.headers.get("x-goog-upload-url")!, {
        method: "POST",
        headers: { "x-goog-api-key": key, "x-goog-upload-command": "upload, finalize" },
        body: "hello",
      }),
    );
  assert.equal((await put("b1")).status, 400);
  const { file } = await (await put("a2")).json();
  assert.equal(file.sizeBytes, "5");
  assert.equal(file.displayName, "note");
  const body = {
    contents: [{
      role: "user",
      parts: [{ fileData: { fileUri: file.uri, mimeType: "text/plain" } }, { text: "sum up" }],
    }],
  };
  assert.equal((await post(body, { key: "a1" })).status, 200);
  assert.equal((await post(body, { key: "b1" })).status, 403);
  assert.equal((await call(sim, "DELETE", `/v1beta/${file.name}`, "b1")).status, 403);
  assert.deepEqual(await (await call(sim, "DELETE", `/v1beta/${file.name}`, "a1")).json(), {});
  assert.equal((await post(body, { key: "a1" })).status, 403);
});

Deno.test("an unknown route is a 404", async () => {
  const { sim } = bench({ projects: PROJECTS });
  for (
    const path of [
      "/",
      "/v1beta/models/gemini-2.5-flash:nonsense",
      "/v2/models",
      "/v1beta/openai/chat/completions",
    ]
  ) {
    assert.equal((await call(sim, "POST", path, "a1")).status, 404, path);
  }
});
