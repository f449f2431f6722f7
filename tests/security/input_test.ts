/** docs/security.md, "What a request can carry": headers, paths, sizes, depth and slowness. */
import assert from "node:assert/strict";
import { serveFiles } from "fresh";
import { folderFiles } from "fresh/files";
import { formatLog } from "../../src/ledger/log_ring.ts";
import { agentName } from "../../src/http/proxy/agent_name.ts";
import { headerText } from "../../src/http/proxy/reply_headers.ts";
import { parseNativePath } from "../../src/http/proxy/native_path.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, assertIdle, DIALECTS, MODEL, tell } from "../e2e/calls.ts";
import { removeFolder } from "../support/remove_folder.ts";

Deno.test("nothing of a request or of Google's reply can end a header line", () => {
  for (
    const evil of [
      "a\r\nset-cookie: x=1",
      "a\nb",
      "a\u0000b",
      "\u010d\u010aset-cookie: x",
      "a\u2028b",
      "\x7f",
    ]
  ) {
    const text = headerText(evil);
    // deno-lint-ignore no-control-regex
    assert.ok(!/[\u0000-\u001f\u007f-\uffff]/.test(text), JSON.stringify(text));
    new Headers({ "x-test": text });
  }
  assert.ok(headerText("x".repeat(100_000)).length <= 1000);
});

Deno.test("a log line is one line, whatever is in a message, a field or a user-agent", () => {
  const evil =
    "a\r\n12:00:00 INFO  pool     forged\u001b[2J\u001b]0;title\u0007\u009b1A\u202eesrever\u2028next\u0000";
  const entry = {
    at: 0,
    level: "warn",
    kind: "request",
    message: evil,
    fields: { model: evil, inner: { deep: evil }, list: [evil] },
  } as const;
  for (const format of ["human", "json"] as const) {
    const line = formatLog(entry, format);
    // deno-lint-ignore no-control-regex
    assert.ok(!/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/.test(line), JSON.stringify(line));
  }
  for (
    const agent of [`x/1 ${"y".repeat(100_000)}`, "\u001b[31mred/1", "<script>alert(1)</script>/9", "a\tb"]
  ) {
    const name = agentName(new Headers({ "user-agent": agent.replace(/[^\x20-\x7e]/g, "?") }));
    assert.match(name, /^[\w.@/+-]{1,80}$/, name);
  }
});

async function raw(t: UnderTest, head: string, body = ""): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(t.url).port) });
  const text = `${head}Host: localhost\r\nAuthorization: Bearer geminitro\r\nConnection: close\r\n` +
    (body === ""
      ? "\r\n"
      : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("encoded slashes, dot segments, doubled slashes and zero bytes never change where a call goes", async () => {
  await using t = await proxyUnderTest();
  const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });
  const before = t.simulator.log.length;
  for (
    const path of [
      "/v1beta/models/..%2f..%2fapi%2fkeys:generateContent",
      "/v1beta/models/gemini-2.5-flash%2f..%2f..%2fcachedContents:generateContent",
      "/v1beta/models/%2e%2e/%2e%2e/api/keys:generateContent",
      "/v1beta/models/gemini%00-2.5-flash:generateContent",
      "/v1beta/models/gemini-2.5-flash%3fkey=x:generateContent",
      "/v1beta/models/gemini-2.5-flash%23:generateContent",
      "/v1beta/models/a%0d%0aHost:%20evil:generateContent",
      "/v1beta/models/gemini-2.5-flash:generateContent/../../keys",
      "/v1beta/models/%ff%fe:generateContent",
      "/v1beta/models/:generateContent",
      "/v1beta/files/..%2fmodels",
      "/v1beta/files/%2e%2e/%2e%2e/tunedModels",
    ]
  ) {
    const reply = await raw(t, `POST ${path} HTTP/1.1\r\n`, body);
    assert.match(reply, /^HTTP\/1\.1 4\d\d /, `${path}: ${reply.slice(0, 200)}`);
    const strays = t.simulator.log.slice(before).map((entry) => entry.path).filter((one) =>
      one !== "/v1beta/models"
    );
    assert.deepEqual(strays, [], path);
  }
  // Base URLs that end in a slash double it: such a call goes to the very place that is meant.
  for (
    const path of [`/v1beta//models/${MODEL}:generateContent`, `//v1beta/models/${MODEL}:generateContent`]
  ) {
    assert.match(await raw(t, `POST ${path} HTTP/1.1\r\n`, body), /^HTTP\/1\.1 200 /);
    assert.equal(t.simulator.log.at(-1)?.path, `/v1beta/models/${MODEL}:generateContent`);
  }
  assert.equal(parseNativePath("/v1beta/models/a%ZZ:generateContent"), undefined);
});

Deno.test("no address reads a file outside the dashboard's own, however it is written", async () => {
  const home = await Deno.makeTempDir({ prefix: "geminitro-files-" });
  try {
    await Deno.mkdir(`${home}/public/sub`, { recursive: true });
    await Deno.writeTextFile(`${home}/secret.js`, "outside");
    await Deno.writeTextFile(`${home}/public/sub/inside.js`, "inside");
    const app = serveFiles(folderFiles(new URL(`file://${home}/public/`)));
    assert.equal(await (await app.request("/sub/inside.js")).text(), "inside");
    for (
      const path of [
        `/${home}/secret.js`,
        `/file://${home}/secret.js`,
        "/../secret.js",
        "/%2e%2e/secret.js",
        "/sub%2f..%2f..%2fsecret.js",
        "/sub/..%2f..%2fsecret.js",
        "/sub%5c..%5c..%5csecret.js",
        "/secret.js%00.js",
        "/.vite/manifest.js",
      ]
    ) {
      const response = await app.request(new Request(`http://localhost${path}`));
      assert.equal(response.status, 404, path);
      assert.ok(!(await response.text()).includes("outside"), path);
    }
  } finally {
    await removeFolder(home);
  }
});

Deno.test("a model's name goes on as one encoded path segment", async () => {
  await using t = await proxyUnderTest();
  const told = await tell(t, "/v1beta/models/models%2Fgemini-2.5-flash:generateContent", {
    body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
  });
  assert.ok(told.status === 200 || told.status === 404);
  for (const { path } of t.simulator.log) assert.ok(!/\.\.|%2f|\/\//i.test(path), path);
});

Deno.test("two lengths, a length with chunks and oversized heads are refused before any of our code", async () => {
  await using t = await proxyUnderTest();
  const heads = [
    "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n",
    "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -1\r\n",
    `GET /v1/models HTTP/1.1\r\nX-Long: ${"a".repeat(2_000_000)}\r\n`,
    `GET /v1/models HTTP/1.1\r\n${"X-Many: 1\r\n".repeat(5_000)}`,
    "GET /v1/models HTTP/1.1\r\nX-Bad\u0000: 1\r\n",
  ];
  for (const head of heads) {
    const reply = await raw(t, head).catch(() => "HTTP/1.1 400 closed");
    assert.match(reply, /^HTTP\/1\.1 4\d\d |^$/, reply.slice(0, 100));
  }
  assert.equal((await ask(t, "chat")).status, 200);
});

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

Deno.test("a decompression bomb ends at the limit of the body, packed once or twice", async () => {
  await using t = await proxyUnderTest({ env: { MAX_BODY_BYTES: "200000" } });
  const bomb = await gzip(new Uint8Array(20_000_000));
  assert.ok(bomb.byteLength < 200_000);
  const before = Deno.memoryUsage().rss;
  for (const { path } of Object.values(DIALECTS)) {
    const told = await tell(t, path, { method: "POST", body: bomb, headers: { "content-encoding": "gzip" } });
    assert.equal(told.status, 413, told.text.slice(0, 200));
  }
  assert.ok(Deno.memoryUsage().rss - before < 120_000_000);
  const twice = await tell(t, "/v1/chat/completions", {
    method: "POST",
    body: await gzip(bomb),
    headers: { "content-encoding": "gzip, gzip" },
  });
  assert.equal(twice.status, 415);
});

Deno.test("huge JSON is refused at the limit, in the management API as well", async () => {
  await using t = await proxyUnderTest({ env: { MAX_BODY_BYTES: "100000" } });
  const huge = JSON.stringify({ model: "m", messages: "x".repeat(200_000) });
  for (
    const path of ["/v1/chat/completions", "/v1beta/models/gemini-2.5-flash:generateContent", "/v1beta/files"]
  ) {
    assert.equal((await tell(t, path, { method: "POST", body: huge })).status, 413, path);
  }
  const settings = await tell(t, "/api/aliases/x", {
    method: "PUT",
    body: { target: "x".repeat(5_000_000) },
  });
  assert.ok(
    settings.status === 413 || settings.status === 422 || settings.status === 400,
    String(settings.status),
  );
});

Deno.test("names that JavaScript treats as special are plain names", async () => {
  await using t = await proxyUnderTest();
  const schema =
    '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}';
  const body =
    `{"model":"gemini-2.5-flash","__proto__":{"polluted":1},"messages":[{"role":"user","content":"hi",` +
    `"__proto__":{"polluted":1}}],"tools":[{"type":"function","function":{"name":"__proto__","parameters":${schema}}}]}`;
  const told = await tell(t, "/v1/chat/completions", { method: "POST", body });
  assert.ok(told.status < 500, told.text);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  for (const model of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.equal((await ask(t, "chat", { more: { model } })).status, 404, model);
  }
});

Deno.test("a body that trickles holds no key and no slot, and leaves when its connection does", async () => {
  await using t = await proxyUnderTest();
  const port = Number(new URL(t.url).port);
  const slow = await Promise.all(Array.from({ length: 50 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const head =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer geminitro\r\n" +
      "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    await connection.write(new TextEncoder().encode(head));
    return connection;
  }));
  assert.equal((await ask(t, "chat")).status, 200, "others are kept waiting");
  assertIdle(t);
  for (const connection of slow) connection.close();
  assert.equal((await ask(t, "chat")).status, 200);
  assertIdle(t);
});
