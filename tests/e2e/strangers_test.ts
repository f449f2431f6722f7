import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, at, DIALECTS, generateCalls, MODEL, tell } from "./calls.ts";
import { messageOf, PATHS, refused } from "./refusals.ts";

Deno.test("strangers: a missing and a wrong token in each dialect's shape", async () => {
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

Deno.test("strangers: guessing tokens is slowed down, the right token never", async () => {
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

Deno.test("strangers: a foreign origin and a foreign host are refused", async () => {
  await using t = await proxyUnderTest();
  for (const { path, body } of PATHS) {
    const foreign = tell(t, path, { body: body("hi"), headers: { origin: "https://evil.example" } });
    await refused(t, path, foreign, 403, /Pages of https:\/\/evil\.example may not call/);
    const sandboxed = tell(t, path, { body: body("hi"), headers: { origin: "null" } });
    await refused(t, path, sandboxed, 403, /may not call this proxy/);
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

Deno.test("strangers: nothing of a request can be smuggled into headers or logs", async () => {
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

Deno.test("strangers: the client's keys never reach Google, its query does", async () => {
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
