import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  askNative,
  assertIdle,
  DIALECT_NAMES,
  type DialectName,
  DIALECTS,
  type Json,
  MODEL,
  read,
  send,
  tell,
} from "./calls.ts";
import { fastClock } from "./fast_clock.ts";
import { messageOf, PATHS, refused } from "./refusals.ts";

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
    [{ messages: [{ role: "user", content: 7 }] }, /messages\[0\]\.content/],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: 5 }] }] }, /image_url/],
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
    const unknown = tell(t, path, { method: "POST", body: "x", headers: { "content-encoding": "compress" } });
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

Deno.test("bad input: unknown models, routes and methods in each dialect's shape", async () => {
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

Deno.test("bad input: nesting of 100,000 levels is refused by its field, never a crash", async () => {
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
      assert.equal(told.status, 400, told.text.slice(0, 300));
      messageOf(path, told);
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
