import assert from "node:assert/strict";
import { type ApiKeyCredential, type CredentialId, type Fetch, Secret } from "../../core/mod.ts";
import type { BuildInput } from "../contract.ts";
import { createAiStudio } from "./mod.ts";

const KEY = "AIzaSyTESTKEYTESTKEYTESTKEYTESTKEYTEST1";
const credential: ApiKeyCredential = {
  id: "c1" as CredentialId,
  source: "api_key",
  label: "",
  tail: "...EST1",
  tier: "free",
  enabled: true,
  priority: 0,
  createdAt: 0,
  updatedAt: 0,
  key: new Secret(KEY),
};
const upstream = createAiStudio({ url: "http://upstream.test/" });
const input: BuildInput = {
  operation: "generate",
  model: "gemini-2.5-flash",
  request: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
  host: 0,
  requestId: "r1",
  session: "s1",
};

function answering(...answers: readonly (() => Response)[]): { fetch: Fetch; asked: Request[] } {
  const asked: Request[] = [];
  const fetch: Fetch = (url, init) => {
    asked.push(new Request(url, init));
    return Promise.resolve(answers[asked.length - 1]!());
  };
  return { fetch, asked };
}

Deno.test("build() sends the pool's key in the header and the request as it is", () => {
  const built = upstream.build(input, credential);
  assert.equal(built.url, "http://upstream.test/v1beta/models/gemini-2.5-flash:generateContent");
  assert.deepEqual(built.headers, { "content-type": "application/json", "x-goog-api-key": KEY });
  assert.deepEqual(JSON.parse(String(built.body)), input.request);
  assert.ok(!built.url.includes(KEY));
});

Deno.test("build() streams as server-sent events and keeps the model inside its path segment", () => {
  const built = upstream.build({ ...input, operation: "stream", model: "a/../b?c" }, credential);
  assert.equal(built.url, "http://upstream.test/v1beta/models/a%2F..%2Fb%3Fc:streamGenerateContent?alt=sse");
});

Deno.test("build() wraps a request to be counted with its model", () => {
  const built = upstream.build({ ...input, operation: "count_tokens" }, credential);
  assert.deepEqual(JSON.parse(String(built.body)), {
    generateContentRequest: { model: "models/gemini-2.5-flash", ...input.request },
  });
});

Deno.test("build() makes one request of each text to embed", () => {
  const embed = { inputs: ["a", "b"], dimensions: 256, taskType: "RETRIEVAL_QUERY" };
  const built = upstream.build({ ...input, operation: "batch_embed", model: "e1", embed }, credential);
  assert.equal(built.url, "http://upstream.test/v1beta/models/e1:batchEmbedContents");
  const of = (text: string) => ({
    model: "models/e1",
    content: { parts: [{ text }] },
    taskType: "RETRIEVAL_QUERY",
    outputDimensionality: 256,
  });
  assert.deepEqual(JSON.parse(String(built.body)), { requests: [of("a"), of("b")] });
});

Deno.test("passThrough() changes nothing of a native request but its credential", () => {
  const body = new TextEncoder().encode('{"contents": []}');
  const built = upstream.passThrough?.({
    method: "POST",
    path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
    query: "?alt=sse",
    headers: {
      "content-type": "application/json",
      "X-Goog-Api-Key": "client",
      Authorization: "Bearer client",
    },
    body,
  }, credential);
  assert.deepEqual(built, {
    url: "http://upstream.test/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": KEY },
    body,
  });
});

Deno.test("discover() follows the pages and reads each model", async () => {
  const { fetch, asked } = answering(
    () =>
      Response.json({
        models: [{
          name: "models/gemini-2.5-flash",
          displayName: "Flash",
          inputTokenLimit: 1_048_576,
          outputTokenLimit: 65_536,
          supportedGenerationMethods: ["generateContent"],
          thinking: true,
        }],
        nextPageToken: "p2",
      }),
    () =>
      Response.json({ models: [{ name: "models/e1", supportedGenerationMethods: ["embedContent"] }, {}] }),
  );
  const found = await upstream.discover(credential, { fetch, signal: new AbortController().signal, now: 0 });
  assert.deepEqual(found, {
    ok: true,
    value: [
      {
        id: "gemini-2.5-flash",
        displayName: "Flash",
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        methods: ["generateContent"],
        thinking: true,
      },
      { id: "e1", methods: ["embedContent"] },
    ],
  });
  assert.equal(asked[0]?.url, "http://upstream.test/v1beta/models?pageSize=1000");
  assert.equal(asked[1]?.url, "http://upstream.test/v1beta/models?pageSize=1000&pageToken=p2");
  assert.equal(asked[1]?.headers.get("x-goog-api-key"), KEY);
});

Deno.test("discover() gives the class of a refusal, and transport when nothing answers", async () => {
  const signal = new AbortController().signal;
  const body = {
    error: { code: 403, message: "Your API key was reported as leaked.", status: "PERMISSION_DENIED" },
  };
  const { fetch } = answering(() => Response.json(body, { status: 403 }));
  const refused = await upstream.discover(credential, { fetch, signal, now: 0 });
  assert.ok(!refused.ok && refused.error.class === "credential_dead");
  const broken: Fetch = () => Promise.reject(new TypeError(`connection refused for ?key=${KEY}`));
  const down = await upstream.discover(credential, { fetch: broken, signal, now: 0 });
  assert.ok(!down.ok && down.error.class === "transport");
  assert.ok(!JSON.stringify(down).includes(KEY));
  const { fetch: page } = answering(() => new Response("<html>login</html>"));
  const strange = await upstream.discover(credential, { fetch: page, signal, now: 0 });
  assert.ok(!strange.ok && strange.error.class === "unknown");
});

Deno.test("discover() ends a list whose pages go round in a circle", async () => {
  let pages = 0;
  const fetch: Fetch = () => {
    pages++;
    return Promise.resolve(Response.json({ models: [{ name: "models/a" }], nextPageToken: "same" }));
  };
  const found = await upstream.discover(credential, { fetch, signal: new AbortController().signal, now: 0 });
  assert.ok(found.ok);
  assert.equal(pages, 20);
});

Deno.test("discover() rejects when the signal aborts", async () => {
  const controller = new AbortController();
  const fetch: Fetch = (_url, init) => {
    controller.abort(new Error("stopped"));
    return Promise.reject(init?.signal?.reason);
  };
  await assert.rejects(
    upstream.discover(credential, { fetch, signal: controller.signal, now: 0 }),
    /stopped/,
  );
});
