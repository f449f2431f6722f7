import assert from "node:assert/strict";
import { ApiError, type Content, GoogleGenAI, Type } from "@google/genai";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, generateCalls, MODEL, TOKEN, until } from "./calls.ts";

const THINKER = "gemini-3-flash-preview";

function clientOf(t: UnderTest): GoogleGenAI {
  return new GoogleGenAI({ apiKey: TOKEN, vertexai: false, httpOptions: { baseUrl: t.url } });
}

const tools = [{
  functionDeclarations: ["weather", "forecast"].map((name) => ({
    name,
    description: `The ${name} of a place`,
    parameters: { type: Type.OBJECT, properties: { place: { type: Type.STRING } }, required: ["place"] },
  })),
}];

Deno.test("genai SDK over sockets: content, stream, count, embeddings, models", async () => {
  await using t = await proxyUnderTest();
  const { models } = clientOf(t);
  const reply = await models.generateContent({ model: MODEL, contents: "hello" });
  assert.equal(reply.text, "You said: hello");
  let text = "";
  for await (const chunk of await models.generateContentStream({ model: MODEL, contents: "hello" })) {
    text += chunk.text ?? "";
  }
  assert.equal(text, "You said: hello");
  assert.ok((await models.countTokens({ model: MODEL, contents: "hello" })).totalTokens);
  const embedded = await models.embedContent({
    model: "gemini-embedding-001",
    contents: ["a", "b"],
    config: { outputDimensionality: 128 },
  });
  assert.deepEqual(embedded.embeddings?.map(({ values }) => values?.length), [128, 128]);
  const names: string[] = [];
  for await (const model of await models.list()) names.push(model.name ?? "");
  assert.ok(names.includes(`models/${MODEL}`));
  assert.equal((await models.get({ model: MODEL })).name, `models/${MODEL}`);
  assert.ok(
    t.simulator.log.every(({ query, headers }) => !`${query}${JSON.stringify(headers)}`.includes(TOKEN)),
  );
  assertIdle(t);
});

for (const stream of [false, true]) {
  Deno.test(`genai SDK over sockets: parallel tools over three turns on a thinking model (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const { models } = clientOf(t);
    const contents: Content[] = [];
    const ask = async (): Promise<Content> => {
      const body = { model: THINKER, contents, config: { tools } };
      const chunks = stream ? await Array.fromAsync(await models.generateContentStream(body)) : [
        await models.generateContent(body),
      ];
      const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
      const content = { role: "model", parts };
      contents.push(content);
      return content;
    };
    for (let turn = 0; turn < 3; turn++) {
      contents.push({ role: "user", parts: [{ text: `weather and forecast in parallel, round ${turn}` }] });
      const calls = (await ask()).parts?.flatMap(({ functionCall }) => functionCall ?? []) ?? [];
      assert.equal(calls.length, 2);
      contents.push({
        role: "user",
        parts: calls.map(({ id, name }) => ({
          functionResponse: {
            ...(id === undefined ? {} : { id }),
            name: name!,
            response: { output: `sunny ${turn}` },
          },
        })),
      });
      assert.match(JSON.stringify(await ask()), new RegExp(`sunny ${turn}`));
    }
    assert.ok(generateCalls(t).every(({ status }) => status === 200));
    assertIdle(t);
  });
}

Deno.test("genai SDK over sockets: chats, JSON by schema, image output", async () => {
  await using t = await proxyUnderTest();
  const genai = clientOf(t);
  const chat = genai.chats.create({ model: THINKER });
  assert.match((await chat.sendMessage({ message: "one" })).text ?? "", /one/);
  assert.match((await chat.sendMessage({ message: "two" })).text ?? "", /two/);
  const shaped = await genai.models.generateContent({
    model: MODEL,
    contents: "a city",
    config: {
      responseMimeType: "application/json",
      responseSchema: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] },
    },
  });
  assert.equal(typeof JSON.parse(shaped.text ?? "").city, "string");
  const image = await genai.models.generateContent({ model: "gemini-2.5-flash-image", contents: "a cat" });
  assert.ok(
    image.candidates?.[0]?.content?.parts?.some(({ inlineData }) => inlineData?.mimeType === "image/png"),
  );
});

Deno.test("genai SDK over sockets: a cached content is used by the key that owns it", async () => {
  await using t = await proxyUnderTest();
  const genai = clientOf(t);
  const cache = await genai.caches.create({
    model: MODEL,
    config: { contents: [{ role: "user", parts: [{ text: "a long book ".repeat(2000) }] }], ttl: "300s" },
  });
  const owner = t.simulator.log.find(({ path }) => path.endsWith("/cachedContents"))?.key;
  for (let round = 0; round < 4; round++) {
    const reply = await genai.models.generateContent({
      model: MODEL,
      contents: `question ${round}`,
      config: { cachedContent: cache.name! },
    });
    assert.match(reply.text ?? "", /question/);
  }
  assert.deepEqual(new Set(generateCalls(t).map(({ key }) => key)), new Set([owner]));
  await genai.caches.delete({ name: cache.name! });
});

Deno.test("genai SDK over sockets: a file is uploaded, used and deleted on one key", {
  // The SDK leaves the empty bodies of an upload's first reply unread.
  sanitizeResources: false,
}, async () => {
  await using t = await proxyUnderTest();
  const genai = clientOf(t);
  const file = await genai.files.upload({
    file: new Blob(["some notes"], { type: "text/plain" }),
    config: { mimeType: "text/plain" },
  });
  assert.ok(file.name && file.uri);
  const reply = await genai.models.generateContent({
    model: MODEL,
    contents: [{
      role: "user",
      parts: [{ fileData: { fileUri: file.uri, mimeType: "text/plain" } }, { text: "read" }],
    }],
  });
  assert.ok(reply.text);
  await genai.files.delete({ name: file.name });
  assert.equal(
    new Set(
      t.simulator.log.filter(({ method, path }) => /enerate/.test(method) || path.includes("file")).map((
        { key },
      ) => key).filter(Boolean),
    ).size,
    1,
  );
});

Deno.test("genai SDK over sockets: leaving in mid-stream ends the upstream call within 50 ms", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.fault({ kind: "hang", after: 2 });
  const leaving = new AbortController();
  const stream = await clientOf(t).models.generateContentStream({
    model: MODEL,
    contents: `say exactly: ${"word ".repeat(200)}`,
    config: { abortSignal: leaving.signal },
  });
  await stream.next();
  leaving.abort();
  await until(() => generateCalls(t).at(-1)?.ending === "cancelled");
  await assert.rejects(async () => {
    for await (const _ of stream);
  });
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
});

Deno.test("genai SDK over sockets: errors are ApiErrors with Google's status, a cut stream raises", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { "gemini-2.5-pro": { rpm: 1 } } }],
  });
  const { models } = clientOf(t);
  const statusOf = async (model: string, contents = "x") =>
    await models.generateContent({ model, contents }).then(() => 200, (error: unknown) => {
      assert.ok(error instanceof ApiError, String(error));
      return error.status;
    });
  assert.equal(await statusOf("gemini-2.5-pro"), 200);
  assert.equal(await statusOf("gemini-2.5-pro"), 429);
  assert.equal(await statusOf("gpt-9"), 404);
});

Deno.test("genai SDK over sockets: a stream that is cut raises, however it is cut", {
  // The SDK leaves the body of a stream unread when it finds an error in it.
  sanitizeResources: false,
}, async () => {
  await using t = await proxyUnderTest();
  const { models } = clientOf(t);
  for (const fault of ["truncate", "reset_mid_stream", "event_error", "raw_error"] as const) {
    t.simulator.control.fault({ kind: fault, after: 2 });
    const stream = await models.generateContentStream({
      model: MODEL,
      contents: `say exactly: ${"word ".repeat(200)}`,
    });
    await assert.rejects(async () => {
      for await (const _ of stream);
    }, `${fault} ended as if it were whole`);
  }
  assertIdle(t);
});
