import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { DIALECTS, send, tell } from "./calls.ts";

const BODY = Buffer.from(JSON.stringify(DIALECTS.chat.body("hello")));
const HALF = 30;

const CODED: Readonly<Record<string, { readonly coding: string; readonly bytes: Uint8Array }>> = {
  gzip: { coding: "gzip", bytes: zlib.gzipSync(BODY) },
  "x-gzip": { coding: "X-Gzip", bytes: zlib.gzipSync(BODY) },
  deflate: { coding: "deflate", bytes: zlib.deflateSync(BODY) },
  br: { coding: "br", bytes: zlib.brotliCompressSync(BODY) },
  zstd: { coding: "zstd", bytes: zlib.zstdCompressSync(BODY) },
  "zstd in several frames with one to skip": { coding: "zstd", bytes: frames() },
  "zstd of random bytes in many blocks": {
    coding: "zstd",
    bytes: zlib.zstdCompressSync(
      Buffer.from(JSON.stringify({ ...DIALECTS.chat.body("hello"), user: noise(400_000) })),
    ),
  },
};

function frames(): Uint8Array {
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  return Buffer.concat([
    zlib.zstdCompressSync(BODY.subarray(0, HALF)),
    skipped,
    zlib.zstdCompressSync(BODY.subarray(HALF)),
  ]);
}

function noise(length: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64").repeat(9).slice(
    0,
    length,
  );
}

Deno.test("request bodies in every coding are read whole, in one piece or many", async () => {
  await using t = await proxyUnderTest();
  for (const [name, { coding, bytes }] of Object.entries(CODED)) {
    for (const size of [bytes.byteLength, bytes.byteLength > 5000 ? 5000 : 7]) {
      const body = ReadableStream.from(pieces(bytes, size));
      const reply = await tell(t, "/v1/chat/completions", {
        method: "POST",
        headers: { "content-encoding": coding },
        body,
      });
      assert.equal(reply.status, 200, `${name} in pieces of ${size}: ${reply.text}`);
    }
  }
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) {
    yield bytes.slice(at, at + size);
    await Promise.resolve();
  }
}

Deno.test("bodies that unpack beyond the limit are refused as too large, in every coding", async () => {
  await using t = await proxyUnderTest({ env: { MAX_BODY_BYTES: "1000000" } });
  const zeros = Buffer.alloc(50_000_000);
  const bombs = {
    gzip: zlib.gzipSync(zeros),
    br: zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
    zstd: zlib.zstdCompressSync(zeros),
  };
  for (const [coding, body] of Object.entries(bombs)) {
    for (
      const path of [
        "/v1/chat/completions",
        "/v1/messages",
        "/v1beta/models/gemini-2.5-flash:generateContent",
      ]
    ) {
      const reply = await tell(t, path, { headers: { "content-encoding": coding }, body });
      assert.equal(reply.status, 413, `${coding} at ${path}: ${reply.text.slice(0, 200)}`);
    }
  }
});

Deno.test("codings that break off, lie or are unknown are the caller's fault in each dialect", async () => {
  await using t = await proxyUnderTest();
  const whole = zlib.zstdCompressSync(BODY);
  const bad: readonly (readonly [string, Uint8Array, number])[] = [
    ["zstd", whole.subarray(0, whole.length - 6), 400],
    ["zstd", BODY, 400],
    ["br", BODY, 400],
    ["gzip", zlib.gzipSync(BODY).subarray(0, 20), 400],
    ["compress", BODY, 415],
    ["gzip, gzip", BODY, 415],
  ];
  const types = { "/v1/chat/completions": "invalid_request_error", "/v1/messages": "invalid_request_error" };
  for (const [coding, bytes, status] of bad) {
    for (const [path, type] of Object.entries(types)) {
      const reply = await tell(t, path, { headers: { "content-encoding": coding }, body: bytes });
      assert.equal(reply.status, status, `${coding} at ${path}: ${reply.text}`);
      assert.equal((reply.json["error"] as { type?: string }).type, type, coding);
    }
  }
});

Deno.test("pages of named origins may call the client APIs; others and the management API stay closed", async () => {
  await using t = await proxyUnderTest({
    env: { CORS_ORIGINS: "app://obsidian.md, vscode-webview://*, http://localhost:*" },
  });
  const preflight = (origin: string, path = "/v1/chat/completions") =>
    fetch(t.url + path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-os",
      },
    });
  for (const origin of ["app://obsidian.md", "vscode-webview://1a2b-3c", "http://localhost:5173"]) {
    const asked = await preflight(origin);
    assert.equal(asked.status, 204, origin);
    assert.equal(asked.headers.get("access-control-allow-origin"), origin);
    assert.equal(
      asked.headers.get("access-control-allow-headers"),
      "authorization,content-type,x-stainless-os",
    );
    for (const headers of [{ origin }, { origin, authorization: "Bearer wrong" }]) {
      const reply = await send(t, "/v1/chat/completions", { headers, body: DIALECTS.chat.body("hi") });
      assert.equal(reply.headers.get("access-control-allow-origin"), origin, String(reply.status));
      await reply.body?.cancel();
    }
  }
  const strangers = [
    "http://evil.example",
    "http://localhost.evil.example:80",
    "http://localhost:1@evil.example",
    "app://obsidian.md.evil",
    "vscode-webview://",
    "null",
  ];
  for (const origin of strangers) {
    const asked = await preflight(origin);
    assert.notEqual(asked.status, 204, origin);
    assert.equal(asked.headers.get("access-control-allow-origin"), null, origin);
    await asked.body?.cancel();
  }
  const managed = await preflight("http://localhost:5173", "/api/keys");
  assert.equal(managed.headers.get("access-control-allow-origin"), null);
  await managed.body?.cancel();
});

Deno.test("without CORS_ORIGINS no page may call", async () => {
  await using t = await proxyUnderTest();
  const reply = await send(t, "/v1/models", { headers: { origin: "http://localhost:5173" } });
  assert.equal(reply.status, 403);
  assert.equal(reply.headers.get("access-control-allow-origin"), null);
  await reply.body?.cancel();
});
