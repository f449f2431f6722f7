import assert from "node:assert/strict";
import { createManualClock } from "../../src/sim/mod.ts";
import { ssrfSafeFetch } from "../../src/http/proxy/ssrf_safe_fetch.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  assertIdle,
  at,
  DIALECT_NAMES,
  DIALECTS,
  frames,
  generateCalls,
  type Json,
  list,
  MODEL,
  read,
  send,
  tell,
  textOf,
} from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

const LIMITS = { bytes: 1000, ms: 2000, redirects: 2 };
const options = { signal: new AbortController().signal, limits: LIMITS };

Deno.test("more stops than Google takes are cut by the proxy at the earliest", async () => {
  await using t = await proxyUnderTest();
  const stop = ["s1", "s2", "s3", "s4", "s5", "seven", "six"];
  for (const stream of [false, true]) {
    const told = await ask(t, "chat", { stream, text: "say exactly: five six seven eight", more: { stop } });
    assert.equal(told.status, 200, told.text);
    assert.equal(textOf("chat", told), "five ");
    const sent = generateCalls(t).at(-1)?.body as Json;
    assert.ok((at(sent, "generationConfig.stopSequences") as unknown[]).length <= 5);
  }
});

for (const model of ["gemini-2.5-flash", "gemini-3-flash-preview"]) {
  Deno.test(`two choices on ${model}, whole and streamed`, async () => {
    await using t = await proxyUnderTest();
    const whole = await ask(t, "chat", { more: { model, n: 2 } });
    assert.deepEqual(list(whole.json["choices"]).map(({ index }) => index), [0, 1], whole.text);
    assert.ok(
      list(whole.json["choices"]).every((choice) => at(choice, "message.content") === "You said: hello"),
    );
    const streamed = await ask(t, "chat", { stream: true, more: { model, n: 2 } });
    for (const index of [0, 1]) {
      const mine = frames(streamed.text).flatMap(({ choices }) => list(choices)).filter((one) =>
        one["index"] === index
      );
      assert.equal(mine.map((one) => at(one, "delta.content") ?? "").join(""), "You said: hello");
      assert.equal(mine.filter(({ finish_reason }) => typeof finish_reason === "string").length, 1);
    }
    assert.ok(streamed.text.endsWith("data: [DONE]\n\n"));
    assertIdle(t);
  });
}

Deno.test("60 tools with bounds beyond Google's limit are served after at most one repair", async () => {
  await using t = await proxyUnderTest();
  const bounded = { type: "array", maxItems: 100, items: { type: "string" } };
  const tools = Array.from({ length: 60 }, (_, index) => ({
    type: "function",
    function: { name: `tool_${index}`, parameters: { type: "object", properties: { a: bounded } } },
  }));
  const told = await ask(t, "chat", { more: { tools } });
  assert.equal(told.status, 200, told.text);
  assert.ok(generateCalls(t).length <= 2);
  const sent = generateCalls(t).at(-1)?.bodyText ?? "";
  const sum = [...sent.matchAll(/"maxItems":(\d+)/g)].reduce((total, match) => total + Number(match[1]), 0);
  assert.ok(sum <= 960, `${sum} items`);
});

Deno.test("private addresses are never fetched, by name, by number or by redirect", async () => {
  await using t = await proxyUnderTest();
  let asked = 0;
  const inside = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => (asked++, new Response("x")),
  );
  const { port } = inside.addr;
  for (
    const url of [
      `http://127.0.0.1:${port}/a.png`,
      `http://localhost:${port}/a.png`,
      `http://[::1]:${port}/a.png`,
      `http://[::ffff:127.0.0.1]:${port}/a.png`,
      `http://2130706433:${port}/a.png`,
      `http://0x7f.1:${port}/a.png`,
      "http://169.254.169.254/latest/meta-data",
      "http://10.0.0.1/a.png",
    ]
  ) {
    const content = [{ type: "image_url", image_url: { url } }];
    const told = await ask(t, "chat", { more: { messages: [{ role: "user", content }] } });
    assert.equal(told.status, 400, `${url}: ${told.text}`);
    assert.equal(at(told.json, "error.param"), "messages[0].content[0].image_url.url", url);
  }
  assert.equal(asked, 0);
  assert.equal(generateCalls(t).length, 0);
  await inside.shutdown();
});

Deno.test("redirects inside, other schemes, 404s and large files are refused", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/inside") return Response.redirect("http://169.254.169.254/x", 302);
    if (pathname === "/file") {
      return new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } });
    }
    if (pathname === "/loop") return new Response(null, { status: 302, headers: { location: "/loop" } });
    if (pathname === "/large") return new Response("x".repeat(5000));
    return pathname === "/good" ? new Response("good") : new Response("no", { status: 404 });
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const allowed = (address: string) => address === "127.0.0.1";
  const fetched = (path: string) => ssrfSafeFetch(base + path, { ...options, allowed });
  assert.equal(new TextDecoder().decode((await fetched("/good")).bytes), "good");
  await assert.rejects(fetched("/inside"), /not on the public internet/);
  await assert.rejects(fetched("/file"), /not http/);
  await assert.rejects(fetched("/loop"), /too often/);
  await assert.rejects(fetched("/large"), /larger than/);
  await assert.rejects(fetched("/none"), /404/);
  await server.shutdown();
});

Deno.test("a signature that Google finds corrupt is replaced by stand-ins, once", async () => {
  await using t = await proxyUnderTest();
  const body = { code: 400, message: "Corrupted thought signature.", status: "INVALID_ARGUMENT" };
  t.simulator.control.fault({ kind: "status", status: 400, body });
  const call = {
    id: "c1",
    type: "function",
    function: { name: "f", arguments: "{}" },
    extra_content: { google: { thought_signature: "QUJDREVGR0g=" } },
  };
  const messages = [
    { role: "user", content: "f please" },
    { role: "assistant", tool_calls: [call] },
    { role: "tool", tool_call_id: "c1", content: "ok" },
  ];
  const tools = [{
    type: "function",
    function: { name: "f", parameters: { type: "object", properties: {} } },
  }];
  const told = await ask(t, "chat", { more: { model: "gemini-3-flash-preview", messages, tools } });
  assert.equal(told.status, 200, told.text);
  assert.equal(generateCalls(t).length, 2);
  assert.ok(!generateCalls(t)[1]!.bodyText.includes("QUJDREVGR0g="));
});

Deno.test("two empty replies, then a good one, is only good", async () => {
  await using t = await proxyUnderTest();
  for (const dialect of DIALECT_NAMES) {
    t.simulator.control.fault({ kind: "empty", times: 2 });
    assert.equal(textOf(dialect, await ask(t, dialect, { stream: true })), "You said: hello");
  }
});

Deno.test("a refusal of a stream is a JSON reply with that status", async () => {
  await using t = await proxyUnderTest();
  for (const dialect of DIALECT_NAMES) {
    t.simulator.control.fault({
      kind: "status",
      status: 400,
      contentType: "text/event-stream",
      body: JSON.stringify({ error: { code: 400, message: "Bad.", status: "INVALID_ARGUMENT" } }),
    });
    const told = await ask(t, dialect, { stream: true });
    assert.equal(told.status, 400, told.text);
    assert.match(told.headers.get("content-type") ?? "", /^application\/json/);
  }
});

Deno.test("a raw error after the end changes nothing, before the end it is an error", async () => {
  await using t = await proxyUnderTest();
  const event = (text: string, finish = "") =>
    `data: {"candidates":[{"content":{"role":"model","parts":[{"text":"${text}"}]}${finish}}]}\r\n\r\n`;
  const error =
    `{\n  "error": {\n    "code": 503,\n    "message": "Overloaded.",\n    "status": "UNAVAILABLE"\n  }\n}\n`;
  const contentType = "text/event-stream";
  t.simulator.control.replay([event("Okay"), event("", ',"finishReason":"STOP"'), error], { contentType });
  const whole = await ask(t, "chat", { stream: true });
  assert.equal(textOf("chat", whole), "Okay");
  assert.ok(whole.text.endsWith("data: [DONE]\n\n"), whole.text);
  t.simulator.control.replay([event("Okay"), error], { contentType });
  const cut = await ask(t, "chat", { stream: true });
  assert.ok(!cut.text.includes("[DONE]") && cut.text.includes('"error"'), cut.text);
});

Deno.test("60 s of silence bring heartbeats in each dialect, before and after the head", async () => {
  const clock = createManualClock(Date.now());
  await using t = await proxyUnderTest({ ports: { clock }, env: { TIMEOUT_READ_STREAMING: "300000" } });
  for (const kind of ["hang_before_head", "hang"] as const) {
    for (const dialect of DIALECT_NAMES) {
      t.simulator.control.fault(kind === "hang" ? { kind, after: 2 } : { kind });
      const before = generateCalls(t).length;
      const leaving = new AbortController();
      const sent = send(t, DIALECTS[dialect].path, {
        body: DIALECTS[dialect].body(`say exactly: ${"word ".repeat(100)}`, { stream: true }),
        signal: leaving.signal,
      });
      while (generateCalls(t).length === before) await new Promise((resolve) => setTimeout(resolve, 2));
      if (kind === "hang") await sent;
      for (let step = 0; step < 60; step++) await clock.advance(1000);
      const response = await sent;
      assert.equal(response.status, 200);
      const reader = response.body!.getReader();
      let text = "";
      const beat = dialect === "messages" ? /event: ping/ : /^: /m;
      while (!beat.test(text)) text += new TextDecoder().decode((await reader.read()).value);
      leaving.abort();
      await reader.cancel().catch(() => {});
      await clock.advance(1000);
    }
  }
});

Deno.test("too long a prompt is said as each dialect says it", async () => {
  await using t = await proxyUnderTest();
  const message = "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).";
  for (const dialect of DIALECT_NAMES) {
    t.simulator.control.fault({
      kind: "status",
      status: 400,
      body: { code: 400, message, status: "INVALID_ARGUMENT" },
    });
    const told = await ask(t, dialect);
    assert.equal(told.status, 400, told.text);
    if (dialect === "messages") {
      assert.match(
        String(at(told.json, "error.message")),
        /prompt is too long: 1250074 tokens > 1048576 maximum/,
      );
    } else assert.equal(at(told.json, "error.code"), "context_length_exceeded");
  }
});

Deno.test("errors in an array are read like others", async () => {
  await using t = await proxyUnderTest();
  const one = [{ error: { code: 400, message: "Please use a valid role.", status: "INVALID_ARGUMENT" } }];
  t.simulator.control.fault({ kind: "status", status: 400, body: JSON.stringify(one) });
  const told = await ask(t, "chat");
  assert.equal(told.status, 400);
  assert.match(told.text, /valid role/);
});

Deno.test("a page of HTML in place of an error is not repeated", async () => {
  await using t = await proxyUnderTest({ ports: { clock: fastClock(100) } });
  const html = {
    kind: "status",
    status: 502,
    body: "<html><b>Bad</b></html>",
    contentType: "text/html",
  } as const;
  t.simulator.control.fault({ ...html, times: 40 });
  const failed = await ask(t, "chat");
  assert.ok(failed.status >= 500, failed.text);
  assert.ok(!failed.text.includes("<"));
});

Deno.test("model lists in three shapes, ids without their prefix", async () => {
  await using t = await proxyUnderTest();
  const openai = await tell(t, "/v1/models");
  assert.ok(list(openai.json["data"]).some(({ id }) => id === MODEL));
  const anthropic = await tell(t, "/v1/models", { headers: { "anthropic-version": "2023-06-01" } });
  assert.ok(list(anthropic.json["data"]).every(({ type }) => type === "model"));
  const gemini = await tell(t, "/v1beta/models?pageSize=3");
  assert.equal(list(gemini.json["models"]).length, 3);
  assert.ok(gemini.json["nextPageToken"]);
});

Deno.test("native bodies go out untouched, whatever their case", async () => {
  await using t = await proxyUnderTest();
  const body =
    '{ "contents":[ {"role":"user","parts":[{"text":"h\\u00e9llo"}]} ],"generation_config":{"top_k":3}, "safety_settings": [] }';
  const response = await send(t, `/v1beta/models/${MODEL}:generateContent`, { method: "POST", body });
  assert.equal((await read(response)).status, 200);
  assert.equal(generateCalls(t)[0]?.bodyText, body);
});
