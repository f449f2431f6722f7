/** docs/security.md: what of one request is taken at most. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BOUNDS } from "../../src/http/bounds.ts";
import { fetchRemoteMedia } from "../../src/http/proxy/decode_call.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, send, tell } from "../e2e/calls.ts";

Deno.test("names of models that no address can hold are told to be nobody's, in every dialect", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  const message = { role: "user", content: "hi" };
  for (const model of ["\ud800", "a\udc00b", "m".repeat(5_000), "x".repeat(BOUNDS.modelChars + 1)]) {
    for (
      const [path, body] of [
        ["/v1/chat/completions", { messages: [message] }],
        ["/v1/messages", { messages: [message], max_tokens: 9 }],
        ["/v1/responses", { input: "hi" }],
        ["/v1/embeddings", { input: "hi" }],
        ["/v1/messages/count_tokens", { messages: [message] }],
      ] as const
    ) {
      const told = await tell(t, path, { body: { model, ...body } });
      assert.equal(told.status, 404, `${path} ${told.text.slice(0, 200)}`);
    }
  }
  assert.equal(t.simulator.log.length, before);
});

Deno.test("many unknown names make Google list its models once, and leave no trace in figures", async () => {
  await using t = await proxyUnderTest();
  const lists = () => t.simulator.log.filter(({ path }) => path === "/v1beta/models").length;
  const before = lists();
  const sizeOf = async (path: string) => (await tell(t, path)).text.length;
  const sizes = [await sizeOf("/metrics"), await sizeOf("/api/stats")] as const;
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 40 }, async (_, index) => {
      assert.equal((await ask(t, "chat", { more: { model: `nobody-${round}-${index}` } })).status, 404);
    }));
  }
  assert.ok(lists() - before <= 2, `${lists() - before} lists for two keys`);
  assert.ok(await sizeOf("/metrics") < sizes[0] + 2_000);
  assert.ok(await sizeOf("/api/stats") < sizes[1] + 4_000);
});

Deno.test("one embeddings request embeds a bounded number of texts", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  const input = Array.from({ length: 50_000 }, (_, index) => `text ${index}`);
  const told = await tell(t, "/v1/embeddings", { body: { model: "gemini-embedding-001", input } });
  assert.equal(told.status, 400, told.text.slice(0, 200));
  assert.match(told.text, /2048|2,048/);
  assert.equal(t.simulator.log.length, before);
});

Deno.test("the parts of a form are counted before anybody takes it apart", async () => {
  await using t = await proxyUnderTest();
  const part = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nx\r\n';
  const forms = [
    [199, "--b--\r\n", /file/],
    [201, "--b--\r\n", /at most 200 fields/],
    // Without its end nobody can take it apart, and it is refused for its number all the same.
    [100_000, "--b", /at most 200 fields/],
  ] as const;
  for (const [parts, end, said] of forms) {
    for (const path of ["/v1/audio/transcriptions", "/v1/files", "/v1/images/edits"]) {
      const response = await fetch(t.url + path, {
        method: "POST",
        headers: { authorization: "Bearer geminitro", "content-type": "multipart/form-data; boundary=b" },
        body: part.repeat(parts) + end,
      });
      const text = await response.text();
      assert.equal(response.status, 400, `${path} ${parts}: ${text}`);
      if (path !== "/v1/images/edits" || parts > 200) assert.match(text, said, `${path} ${parts}`);
    }
  }
});

Deno.test("media of one request have a number, a size and a time together", async () => {
  let served = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    served++;
    return new Response(new Uint8Array(300_000), { headers: { "content-type": "image/png" } });
  });
  const url = (index: number) => `http://127.0.0.1:${server.addr.port}/${index}`;
  const list = (length: number) =>
    Array.from({ length }, (_, index) => ({ url: url(index), param: `messages[${index}]` }));
  const options = {
    signal: new AbortController().signal,
    limits: { bytes: 400_000, ms: 5_000, redirects: 0 },
    totalBytes: 1_000_000,
    allowed: () => true,
  };
  const sum = await fetchRemoteMedia(list(60), options);
  assert.ok(
    !sum.ok && sum.error.class === "invalid_request" && sum.error.param === "messages[3]",
    JSON.stringify(sum),
  );
  assert.equal(served, 4);
  const many = await fetchRemoteMedia(list(BOUNDS.mediaUrls + 1), options);
  assert.ok(!many.ok && many.error.class === "invalid_request");
  assert.equal(served, 4);
  const same = await fetchRemoteMedia(
    Array.from({ length: 200 }, () => ({ url: url(1), param: "m" })),
    options,
  );
  assert.ok(same.ok && same.value.size === 1);
  await server.shutdown();
});

Deno.test("times at the edge of what a date can be are answered or refused, never failed on", async () => {
  await using t = await proxyUnderTest();
  for (const time of ["8640000000000000", "8639999999999999", "-1", "0", "1e300", "NaN", "253402300799999"]) {
    for (
      const path of [
        `/api/stats/unified?since=${time}`,
        `/api/stats/series?since=${time}`,
        `/api/stats/series?until=${time}&grain=day`,
        `/api/stats/flows?since=${time}`,
        `/api/requests?since=${time}`,
        `/api/requests?until=${time}`,
        `/api/logs?before=${time}`,
      ]
    ) {
      const { status, text } = await tell(t, path);
      assert.ok(status < 500, `${path}: ${status} ${text.slice(0, 200)}`);
    }
  }
});

Deno.test("prose that is pasted becomes no keys, and a key in it is found", async () => {
  await using t = await proxyUnderTest();
  const prose = Array.from({ length: 600 }, (_, line) => `This is line ${line} of a letter, with words.`)
    .join("\n");
  const none = await tell(t, "/api/keys", { body: { text: prose } });
  assert.equal(none.status, 400, none.text.slice(0, 300));
  const key = "AIzaSyTestKeyNumberOne0000000000000001";
  const one = await tell(t, "/api/keys", { body: { text: `${prose}\n${key}\n${prose}` } });
  assert.ok(one.status < 500 && one.text.length < 2_000, one.text.slice(0, 300));
});

Deno.test("three keys with 200,000 models each are taken with as many as anybody needs", async () => {
  const models = Array.from({ length: 200_000 }, (_, index) => ({
    name: `models/m-${index}`,
    supportedGenerationMethods: ["generateContent"],
  }));
  const text = JSON.stringify({ models });
  const upstream = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    return new Response(text, { headers: { "content-type": "application/json" } });
  });
  await using t = await proxyUnderTest({ env: { GEMINI_API_URL: `http://127.0.0.1:${upstream.addr.port}` } });
  const listed = await tell(t, "/v1/models");
  assert.equal(listed.status, 200);
  assert.ok((listed.json["data"] as unknown[]).length <= 2_000);
  assert.equal((await tell(t, "/api/models")).status, 200);
  await upstream.shutdown();
});

Deno.test("an import of wrong shapes or without end is refused by name, never failed on", async () => {
  await using t = await proxyUnderTest();
  const aliases = Array.from(
    { length: 100_000 },
    (_, index) => ({ name: `a-${index}`, target: "gemini-2.5-flash" }),
  );
  const huge = await tell(t, "/api/import", {
    body: { document: { format: "geminitro", version: 1, aliases } },
  });
  assert.ok([413, 422].includes(huge.status), huge.text.slice(0, 200));
  const shape = fc.oneof(
    fc.record({
      format: fc.constantFrom("geminitro", "geminitro-backup", "x", 1),
      version: fc.oneof(fc.integer(), fc.string()),
      keys: fc.jsonValue(),
      credentials: fc.jsonValue(),
      aliases: fc.jsonValue(),
      clients: fc.jsonValue(),
      caps: fc.jsonValue(),
      quotaGroups: fc.jsonValue(),
      fallbacks: fc.jsonValue(),
      settings: fc.jsonValue(),
      modelLists: fc.jsonValue(),
    }, { requiredKeys: ["format"] }),
    fc.record({ API_KEYS: fc.jsonValue(), caps: fc.jsonValue() }, { requiredKeys: [] }),
    fc.record({ keys: fc.jsonValue() }),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(shape, async (document) => {
      const { status, text } = await tell(t, "/api/import", { body: { document, dryRun: true } });
      assert.ok(status < 500, `${JSON.stringify(document)}: ${text}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("HEAD on an event stream leaves nothing open", async () => {
  await using t = await proxyUnderTest();
  const before = t.proxy.services.ledger.listeners();
  for (let index = 0; index < 200; index++) {
    const response = await send(t, "/api/events", { method: "HEAD" });
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
  assert.equal(t.proxy.services.ledger.listeners(), before);
});
