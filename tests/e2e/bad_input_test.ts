import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  askNative,
  assertIdle,
  at,
  DIALECT_NAMES,
  type DialectName,
  DIALECTS,
  generateCalls,
  type Json,
  MODEL,
  read,
  send,
  tell,
  type Told,
} from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

/** The message of an error in any dialect's shape; asserts the shape. */
function messageOf(path: string, told: Told): string {
  const error = told.json["error"];
  assert.ok(typeof error === "object" && error !== null, `${told.status} ${told.text.slice(0, 300)}`);
  const { message, type, status } = error as Json;
  if (path.includes("/messages")) {
    assert.equal(told.json["type"], "error");
    assert.equal(typeof type, "string");
  } else if (path.includes("v1beta")) assert.equal(typeof status, "string");
  else assert.equal(typeof type, "string");
  assert.ok(typeof message === "string");
  return message;
}

/** One refusal: status, a sentence about `about`, no upstream call, and the next request works. */
async function refused(t: UnderTest, path: string, sent: Promise<Told>, status: number, about: RegExp) {
  const before = generateCalls(t).length;
  const told = await sent;
  assert.equal(told.status, status, told.text.slice(0, 400));
  const message = messageOf(path, told);
  assert.match(message, about);
  assert.ok(message.length < 400 && !message.includes("\n"), message);
  assert.ok(told.headers.get("x-request-id") ?? told.headers.get("request-id"));
  assert.equal(generateCalls(t).length, before, "Google was asked");
  assert.equal((await ask(t, "chat")).status, 200, "the next request does not work");
}

const PATHS = Object.entries(DIALECTS).map(([dialect, { path, body }]) => ({
  dialect: dialect as DialectName,
  path,
  body,
}));

Deno.test("bad input: bodies that are none", async () => {
  await using t = await proxyUnderTest();
  for (const { path } of PATHS) {
    for (
      const [body, about] of [
        ["", /body/],
        ["{", /JSON/],
        ["not json", /JSON/],
        [new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), /UTF-8/],
        ["[]", /object/i],
        ["null", /object/i],
        ['"text"', /object/i],
        ["{}", /model/],
      ] as const
    ) {
      await refused(t, path, tell(t, path, { method: "POST", body }), 400, about);
    }
  }
  assertIdle(t);
});

/** Values of a wrong type, and the field that the message must name. */
const WRONG: Readonly<Record<DialectName, readonly (readonly [Json, RegExp])[]>> = {
  chat: [
    [{ model: 5 }, /model/],
    [{ messages: "hi" }, /messages/],
    [{ messages: [] }, /messages/],
    [{ messages: [5] }, /messages\[0\]/],
    [{ messages: [{ role: "wizard", content: "x" }] }, /messages\[0\]\.role/],
    [{ messages: [{ role: "user", content: 7 }] }, /messages\[0\]\.content/],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: 5 }] }] }, /image_url/],
    [{ messages: [{ role: "user", content: [{ type: "hologram" }] }] }, /content\[0\]/],
    [{ temperature: "hot" }, /temperature/],
    [{ temperature: 9 }, /temperature/],
    [{ top_p: 3 }, /top_p/],
    [{ max_tokens: "many" }, /max_tokens/],
    [{ max_tokens: -1 }, /max_tokens/],
    [{ n: 0 }, /\bn\b/],
    [{ stream: "yes" }, /stream/],
    [{ stop: [1] }, /stop/],
    [{ tools: "all" }, /tools/],
    [{ tools: [{ type: "function" }] }, /tools\[0\]/],
    [{ tools: [{ type: "function", function: { name: 5 } }] }, /tools\[0\]\.function\.name/],
    [{ tool_choice: 5 }, /tool_choice/],
    [{ tool_choice: { type: "function", function: { name: "nobody" } } }, /tool_choice/],
    [{ response_format: "json" }, /response_format/],
    [{ reasoning_effort: "mad" }, /reasoning_effort/],
    [{ seed: "x" }, /seed/],
  ],
  messages: [
    [{ model: null }, /model/],
    [{ max_tokens: "many" }, /max_tokens/],
    [{ messages: {} }, /messages/],
    [{ messages: [] }, /messages/],
    [{ messages: [{ role: "user", content: 7 }] }, /messages[.[]0/],
    [{ messages: [{ role: "user", content: [{ type: "image", source: 1 }] }] }, /source/],
    [{ system: 5 }, /system/],
    [{ temperature: "hot" }, /temperature/],
    [{ tools: 5 }, /tools/],
    [{ tools: [{ name: 5 }] }, /tools/],
    [{ tool_choice: "auto" }, /tool_choice/],
    [{ thinking: 5 }, /thinking/],
    [{ stream: "yes" }, /stream/],
    [{ stop_sequences: "x" }, /stop_sequences/],
  ],
  responses: [
    [{ model: [] }, /model/],
    [{ input: 5 }, /input/],
    [{ input: [5] }, /input\[0\]/],
    [{ input: [{ role: "user", content: 7 }] }, /input\[0\]\.content/],
    [{ instructions: 5 }, /instructions/],
    [{ temperature: "hot" }, /temperature/],
    [{ max_output_tokens: "x" }, /max_output_tokens/],
    [{ tools: 5 }, /tools/],
    [{ tools: [{ type: "function", name: 5 }] }, /tools\[0\]/],
    [{ tool_choice: 5 }, /tool_choice/],
    [{ text: 5 }, /text/],
    [{ reasoning: 5 }, /reasoning/],
    [{ stream: 1 }, /stream/],
    [{ previous_response_id: 5 }, /previous_response_id/],
  ],
};

for (const { dialect, path, body } of PATHS) {
  Deno.test(`bad input: wrong types in ${dialect} name their field`, async () => {
    await using t = await proxyUnderTest();
    for (const [more, about] of WRONG[dialect]) {
      await refused(t, path, tell(t, path, { body: body("hi", more) }), 400, about);
    }
    assertIdle(t);
  });
}

Deno.test("bad input: embeddings and counts name their field", async () => {
  await using t = await proxyUnderTest();
  const model = "gemini-embedding-001";
  for (
    const [path, body, about] of [
      ["/v1/embeddings", { model }, /input/],
      ["/v1/embeddings", { model, input: 5 }, /input/],
      ["/v1/embeddings", { model, input: [] }, /input/],
      ["/v1/embeddings", { model, input: ["a", 5] }, /input/],
      ["/v1/embeddings", { model, input: "a", dimensions: "x" }, /dimensions/],
      ["/v1/embeddings", { model, input: "a", encoding_format: "hex" }, /encoding_format/],
      ["/v1/messages/count_tokens", { model: MODEL, messages: 5 }, /messages/],
      ["/v1/responses/input_tokens", { model: MODEL, input: 5 }, /input/],
    ] as const
  ) await refused(t, path, tell(t, path, { body }), 400, about);
});

Deno.test("bad input: a body over the limit is a 413, declared or not, packed or not", async () => {
  await using t = await proxyUnderTest({ env: { MAX_BODY_BYTES: "100000" } });
  const big = JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "x".repeat(200_000) }] });
  const gzip = async (text: string) =>
    new Uint8Array(
      await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
    );
  const bomb = await gzip("a".repeat(30_000_000));
  assert.ok(bomb.byteLength < 100_000);
  const chunked = () => new Blob([big]).stream();
  for (const path of [...PATHS.map(({ path }) => path), `/v1beta/models/${MODEL}:generateContent`]) {
    await refused(t, path, tell(t, path, { body: big }), 413, /100000 bytes/);
    await refused(t, path, tell(t, path, { method: "POST", body: chunked() }), 413, /100000 bytes/);
    const headers = { "content-encoding": "gzip" };
    await refused(t, path, tell(t, path, { method: "POST", body: bomb, headers }), 413, /100000 bytes/);
    const broken = tell(t, path, { method: "POST", body: new Uint8Array([31, 139, 8, 0, 1]), headers });
    await refused(t, path, broken, 400, /body/);
    const unknown = tell(t, path, { method: "POST", body: "x", headers: { "content-encoding": "br" } });
    await refused(t, path, unknown, 415, /Content-Encoding/i);
  }
  const packed = await gzip(JSON.stringify(DIALECTS.chat.body("hello")));
  const told = await tell(t, DIALECTS.chat.path, {
    method: "POST",
    body: packed,
    headers: { "content-encoding": "gzip" },
  });
  assert.equal(told.status, 200, told.text);
  assertIdle(t);
});

Deno.test("bad input, edge 136: unknown models, routes and methods in each dialect's shape", async () => {
  await using t = await proxyUnderTest();
  for (const { path, body } of PATHS) {
    const unknown = tell(t, path, { body: body("hi", { model: "gpt-9" }) });
    await refused(t, path, unknown, 404, /gpt-9/);
    const wrong = await tell(t, path, { method: "PUT", body: "{}" });
    assert.ok([404, 405].includes(wrong.status), `${path} ${wrong.status}`);
    messageOf(path, wrong);
    await refused(t, `${path}/nothing`, tell(t, `${path}/nothing`, { body: {} }), 404, /route/);
  }
  const native = `/v1beta/models/gpt-9:generateContent`;
  await refused(t, native, tell(t, native, { body: {} }), 404, /gpt-9/);
  const method = `/v1beta/models/${MODEL}:dance`;
  await refused(t, method, tell(t, method, { body: {} }), 404, /dance/);
  await refused(t, "/v1beta/unknown", tell(t, "/v1beta/unknown"), 404, /route/);
  const nowhere = await tell(t, "/nowhere/at/all");
  assert.equal(nowhere.status, 404);
});

Deno.test("bad input, edge 136: a missing and a wrong token in each dialect's shape", async () => {
  await using t = await proxyUnderTest();
  for (const path of [...PATHS.map(({ path }) => path), `/v1beta/models/${MODEL}:generateContent`]) {
    for (const headers of [{ authorization: "" }, { authorization: "Bearer wrong" }]) {
      const told = await tell(t, path, { body: {}, headers });
      assert.equal(told.status, 401, told.text);
      assert.match(messageOf(path, told), /key/);
      if (path.includes("messages")) assert.equal(at(told.json, "error.type"), "authentication_error");
      if (path.includes("v1beta")) assert.equal(at(told.json, "error.status"), "UNAUTHENTICATED");
    }
  }
  assert.equal(generateCalls(t).length, 0);
  assert.equal((await ask(t, "chat")).status, 200);
});

Deno.test("bad input: guessing tokens is slowed down, the right token never", async () => {
  await using t = await proxyUnderTest();
  let last = 0;
  for (let guess = 0; guess < 15; guess++) {
    const told = await tell(t, "/v1/models", { headers: { authorization: `Bearer guess-${guess}` } });
    last = told.status;
    if (last === 429) assert.ok(Number(told.headers.get("retry-after")) >= 1);
  }
  assert.equal(last, 429);
  assert.equal((await ask(t, "chat")).status, 200);
});

Deno.test("bad input: a foreign origin and a foreign host are refused", async () => {
  await using t = await proxyUnderTest();
  for (const { path, body } of PATHS) {
    const foreign = tell(t, path, { body: body("hi"), headers: { origin: "https://evil.example" } });
    await refused(t, path, foreign, 403, /origin/i);
    const sandboxed = tell(t, path, { body: body("hi"), headers: { origin: "null" } });
    await refused(t, path, sandboxed, 403, /origin/i);
  }
  const editor = await tell(t, DIALECTS.chat.path, {
    body: DIALECTS.chat.body("hi"),
    headers: { origin: "vscode-file://vscode-app" },
  });
  assert.equal(editor.status, 200);
  const raw = await rawRequest(t, "POST /v1/chat/completions HTTP/1.1\r\nHost: evil.example\r\n");
  assert.match(raw, /^HTTP\/1\.1 403 /);
});

/** Sends bytes that no HTTP client would. */
async function rawRequest(t: UnderTest, head: string, body = "{}"): Promise<string> {
  const { hostname, port } = new URL(t.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const text =
    `${head}Authorization: Bearer geminitro\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("bad input: nothing of a request can be smuggled into headers or logs", async () => {
  await using t = await proxyUnderTest();
  const evil = "gemini-2.5-flash\r\nx-evil: 1\u2028\u0000é";
  const told = await ask(t, "chat", { more: { model: evil } });
  assert.equal(told.status, 404);
  assert.equal(told.headers.get("x-evil"), null);
  const warned = await ask(t, "chat", {
    more: { user: evil, presence_penalty: 0.5, metadata: { [evil]: evil } },
  });
  assert.ok(warned.status < 500, warned.text);
  assert.equal(warned.headers.get("x-evil"), null);
  const raw = await rawRequest(
    t,
    "POST /v1beta/models/gemini%0d%0ax-evil:1:generateContent HTTP/1.1\r\nHost: localhost\r\n",
  );
  assert.match(raw, /^HTTP\/1\.1 404 /);
  assert.ok(!/^x-evil/im.test(raw));
  assert.ok(t.log.every((line) => !/\r?\nx-evil/.test(line)), "a log line was forged");
});

Deno.test("bad input, edge 145: the client's keys never reach Google, its query does", async () => {
  await using t = await proxyUnderTest();
  const path = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse&key=geminitro&$unknown=1`;
  const body = { contents: [{ role: "user", parts: [{ text: "hello" }] }] };
  for (
    const headers of [
      { authorization: "", "x-goog-api-key": "geminitro" },
      { authorization: "", cookie: "secret=geminitro", "x-evil": "geminitro" },
      { "x-api-key": "geminitro" },
    ]
  ) {
    const told = await tell(t, path, { body, headers: headers as Record<string, string> });
    assert.equal(told.status, 200, told.text);
    const seen = t.simulator.log.at(-1);
    assert.ok(seen);
    assert.ok(!JSON.stringify([seen.query, seen.headers, seen.path]).includes("geminitro"), seen.query);
    assert.match(seen.query, /alt=sse/);
    assert.ok(!seen.query.includes("key="));
    assert.ok(seen.key?.startsWith("AIza"));
  }
  assert.ok(!t.log.join("\n").includes("key=geminitro"));
});

Deno.test("bad input: 10,000 messages are served in every dialect", async () => {
  await using t = await proxyUnderTest();
  const messages = Array.from({ length: 10_001 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: `m${index}`,
  }));
  for (const dialect of DIALECT_NAMES) {
    const more = dialect === "responses" ? { input: messages } : { messages };
    const told = await ask(t, dialect, { more });
    assert.equal(told.status, 200, told.text.slice(0, 300));
  }
  assertIdle(t);
});

Deno.test("bad input: nesting of 100,000 levels is refused or served, never a crash", async () => {
  await using t = await proxyUnderTest({ ports: { clock: fastClock(100) } });
  const deep = (open: string, close: string) => open.repeat(100_000) + "1" + close.repeat(100_000);
  for (const { path } of PATHS) {
    const nested = [
      `{"model":"${MODEL}","max_tokens":5,"messages":${deep("[", "]")},"input":${deep("[", "]")}}`,
      `{"model":"${MODEL}","max_tokens":5,"input":"hi","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","name":"f","input_schema":${
        deep('{"a":', "}")
      },"parameters":${deep('{"a":', "}")},"function":{"name":"f","parameters":${deep('{"a":', "}")}}}]}`,
    ];
    for (const body of nested) {
      const told = await tell(t, path, { method: "POST", body });
      // Google's own limit decides; a converted schema may have been cut to what it takes.
      if (told.status !== 200) messageOf(path, told);
      assert.equal((await ask(t, "chat")).status, 200);
    }
  }
  const native = await tell(t, `/v1beta/models/${MODEL}:generateContent`, {
    method: "POST",
    body: deep('{"a":', "}"),
  });
  assert.ok(native.status >= 400, native.text);
  assert.equal((await askNative(t, "generateContent")).status, 200);
  assertIdle(t);
});

Deno.test("bad input: a client that breaks off its body harms nobody", async () => {
  await using t = await proxyUnderTest();
  const leaving = new AbortController();
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode('{"model":"'));
      leaving.abort();
      return new Promise(() => {});
    },
  });
  const sent = send(t, DIALECTS.chat.path, { method: "POST", body: endless, signal: leaving.signal });
  await assert.rejects(sent);
  assert.equal((await ask(t, "chat")).status, 200);
  const head = await send(t, "/api/hello", { method: "HEAD" });
  assert.equal((await read(head)).status, 200);
  assertIdle(t);
});
