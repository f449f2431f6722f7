/** docs/security.md, "What an upstream can answer": replies without an end, without content, of the wrong kind. */
import assert from "node:assert/strict";
import { brotliCompressSync, constants } from "node:zlib";
import { ask, askNative, send, tell } from "../e2e/calls.ts";
import {
  chunk,
  endless,
  gzipOfZeros,
  head,
  type Hostility,
  json,
  trickle,
  whole,
} from "../support/hostile_upstream.ts";
import { assertFailed, hostile, inProxyTime, LANES } from "../support/hostile_lanes.ts";
import { KEYS } from "../support/proxy_under_test.ts";

const sse = "text/event-stream";
const plain = "application/json";
const zeros = await gzipOfZeros(200_000_000);
const brotliZeros = brotliCompressSync(new Uint8Array(200_000_000), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
});

/** Replies that never end or are too much, each with what it is sent as. */
const WITHOUT_END: Readonly<Record<string, Hostility>> = {
  "an error body without an end": () => endless("x", head(400, "text/plain")),
  "an error of HTML without an end": () => endless("<p>Bearer ", head(404, "text/html")),
  "a line without an end": () => endless("x", head(200, sse) + "data: "),
  "an event without an end": () => endless("data: x\n", head(200, sse)),
  "raw JSON without an end": () => endless(' "a": 1,\n', head(200, sse) + "{\n"),
  "lists in lists without an end": () => endless("[", head(200, plain)),
  "a length of a terabyte": () =>
    endless("0", head(200, plain, "content-length: 1000000000000\r\n") + "[", 65_536),
  "chunked zeros without an end": () =>
    endless("10000\r\n" + "0".repeat(65_536) + "\r\n", head(200, plain, "transfer-encoding: chunked\r\n"), 1),
  "gzip of zeros": () => [
    head(200, plain, `content-encoding: gzip\r\ncontent-length: ${zeros.length}\r\n`),
    zeros,
  ],
  "gzip of zeros without a length": () => [head(200, sse, "content-encoding: gzip\r\n"), zeros],
  "brotli of zeros": () => [
    head(200, plain, `content-encoding: br\r\ncontent-length: ${brotliZeros.length}\r\n`),
    brotliZeros,
  ],
  "brotli of zeros without a length": () => [head(200, sse, "content-encoding: br\r\n"), brotliZeros],
  "a head without an end": () => endless("x-header: yyyyyyyyyyyyyyyyyyyyyyy\r\n", "HTTP/1.1 200 OK\r\n"),
};

for (const [name, hostility] of Object.entries(WITHOUT_END)) {
  Deno.test(`upstream: ${name} ends in an error on every lane, in bounded time and memory`, async () => {
    await hostile(hostility, async (t, upstream) => {
      const before = Deno.memoryUsage().rss;
      // Each try of a head without an end takes all the time there is.
      const lanes = name.startsWith("a head") ? LANES.slice(0, 1) : LANES;
      for (const [lane, , call] of lanes) {
        const calls = upstream.calls;
        const started = performance.now();
        const told = await call(t);
        assertFailed(told, lane);
        const took = performance.now() - started;
        assert.ok(took < 30_000, `${lane} took ${Math.round(took)} ms`);
        // Each try of a reply that is too much costs as much as is read of it.
        const most = /which this proxy does not take/.test(told.text) ? 2 : 8;
        assert.ok(upstream.calls - calls <= most, `${lane} asked ${upstream.calls - calls} times`);
      }
      const grown = (Deno.memoryUsage().rss - before) / 1e6;
      assert.ok(grown < 800, `grew by ${Math.round(grown)} MB`);
    });
  });
}

/** What comes again and again and brings nothing. */
const NOISE = {
  "comments": ": still here\n\n",
  "long comments": `: ${"still here ".repeat(1_000)}\n\n`,
  "blank lines": "\r\n",
  "empty data": "data: \n\n",
  "events without data": "event: ping\nid: 1\n\n",
  "empty objects": "data: {}\n\n",
  "chunks without parts": `data: {"candidates":[{"content":{"role":"model","parts":[]},"index":0}]}\n\n`,
  "empty texts": `data: {"candidates":[{"content":{"role":"model","parts":[{"text": ""}]},"index":0}]}\n\n`,
  "usage alone": `data: {"usageMetadata":{"promptTokenCount":1}}\n\n`,
};

Deno.test("upstream: noise of every kind after a first word is silence, on every lane", async () => {
  const kinds = Object.entries(NOISE).map(([name, noise]) =>
    hostile(() => trickle(noise, head(200, sse) + chunk("first"), 150), async (t) => {
      await Promise.all(
        LANES.filter(([, stream]) => stream).map(async ([lane, , call]) => {
          const started = performance.now();
          assertFailed(await call(t), `${lane}: ${name}`);
          const took = performance.now() - started;
          assert.ok(took < 25_000, `${lane} went on for ${Math.round(took)} ms with ${name}`);
        }),
      );
    }, { TIMEOUT_READ_STREAMING: inProxyTime(600) })
  );
  await Promise.all(kinds);
});

Deno.test("upstream: noise before a first word is silence, and ends in a few tries", async () => {
  await hostile(() => trickle(NOISE["comments"], head(200, sse), 150), async (t, upstream) => {
    assertFailed(await ask(t, "chat", { stream: true }), "chat");
    assert.ok(upstream.calls <= 8, `${upstream.calls} calls`);
  });
});

Deno.test("upstream: spaces for ever are no whole reply", async () => {
  await hostile(() => trickle(" ", head(200, plain), 100), async (t) => {
    assertFailed(await ask(t, "messages"), "messages");
  });
});

Deno.test("upstream: content keeps a stream open for longer than the silence allowed", async () => {
  async function* slowly() {
    yield head(200, sse);
    for (let turn = 0; turn < 12; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield chunk(`w${turn} `);
    }
    yield chunk("end", "STOP");
  }
  await hostile(slowly, async (t) => {
    await Promise.all(
      LANES.filter(([, stream]) => stream).map(async ([lane, , call]) => {
        const told = await call(t);
        assert.equal(told.status, 200, lane);
        assert.ok(
          told.text.includes("w11 ") && told.text.includes("end"),
          `${lane}: ${told.text.slice(-300)}`,
        );
      }),
    );
  });
});

Deno.test("upstream: a stream that never ends is ended by TIMEOUT_TOTAL", async () => {
  await hostile(() => trickle(chunk("word "), head(200, sse), 100), async (t) => {
    await Promise.all(
      LANES.filter(([, stream]) => stream).map(async ([lane, , call]) => {
        const started = performance.now();
        const told = await call(t);
        assert.match(told.text, /TIMEOUT_TOTAL/, lane);
        assert.ok(performance.now() - started < 15_000, lane);
      }),
    );
  }, { TIMEOUT_TOTAL: inProxyTime(2_000) });
});

Deno.test("upstream: a status that HTTP does not know is a bad gateway, told in a few tries", async () => {
  for (const status of [999, 600, 300, 304]) {
    await hostile(() => [whole(status, plain, status === 304 ? "" : "{}")], async (t, upstream) => {
      const told = status === 999 ? await ask(t, "chat") : await askNative(t, "generateContent");
      assert.ok(told.status >= 400 && told.status < 600, `${told.status}`);
      assert.ok(upstream.calls > 0);
    });
  }
});

const SCRIPT = "<script>document.title='run'</script>";
const MARKUP = {
  "text/html": `<html>${SCRIPT}</html>`,
  "application/xhtml+xml": `<html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`,
  "image/svg+xml": `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`,
  "text/xml": `<?xml version="1.0"?><x>${SCRIPT}</x>`,
  "application/xml": `<?xml version="1.0"?><x>${SCRIPT}</x>`,
  "TEXT/HTML; charset=utf-8": SCRIPT,
  "text/html, application/json": SCRIPT,
  "multipart/x-mixed-replace": SCRIPT,
  "application/javascript": "alert(1)",
  "text/event-stream; x=text/html": SCRIPT,
  "application/json": SCRIPT,
};

Deno.test("upstream: markup never reaches a client, and nothing that passes can run", async () => {
  for (const [type, body] of Object.entries(MARKUP)) {
    for (const status of [200, 404]) {
      await hostile(() => [whole(status, type, body)], async (t) => {
        for (const [lane, , call] of LANES) {
          const told = await call(t);
          assert.ok(!told.text.includes("<script"), `${lane} ${type} ${status}: ${told.text.slice(0, 200)}`);
          assertInert(told.headers, `${lane} ${type} ${status}`);
        }
        for (
          const path of [
            "/v1beta/files",
            "/v1beta/cachedContents",
            `/v1beta/models/gemini-2.5-flash:countTokens`,
          ]
        ) {
          const told = await tell(t, path, path.includes(":") ? { body: { contents: [] } } : {});
          assert.ok(!told.text.includes("<script"), `${path} ${type} ${status}`);
          assertInert(told.headers, `${path} ${type} ${status}`);
        }
      });
    }
  }
});

function assertInert(headers: Headers, name: string): void {
  assert.match(headers.get("content-type") ?? "", /^(?:application\/json|text\/event-stream)(?:;|$)/, name);
  if (/event-stream/.test(headers.get("content-type") ?? "")) return;
  assert.equal(headers.get("x-content-type-options"), "nosniff", name);
  assert.match(headers.get("content-security-policy") ?? "", /sandbox/, name);
}

Deno.test("upstream: a turn of JSON passes byte for byte, whatever is in it", async () => {
  const body = `{ "candidates" : [ {"content":{"parts":[{"text":"<b>${
    KEYS[0]
  }\\u0041</b>"}],"role":"model"},"finishReason":"STOP","index":0}]\n}`;
  await hostile(() => [whole(200, "application/json; charset=UTF-8", body)], async (t) => {
    const response = await send(t, "/v1beta/models/gemini-2.5-flash:generateContent", {
      body: { contents: [] },
    });
    assert.equal(await response.text(), body);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  });
});

/** The key in every dress in which an error might echo it. */
const DRESSES: Readonly<Record<string, (key: string) => string>> = {
  plain: (key) => key,
  "behind ?key=": (key) => `https://x/?key=${key}&y=1`,
  "percent-encoded": (key) => [...key].map((one) => `%${one.charCodeAt(0).toString(16)}`).join(""),
  "percent-encoded twice": (key) => [...key].map((one) => `%25${one.charCodeAt(0).toString(16)}`).join(""),
  "as escapes in the text": (key) => [...key].map((one) => `\\u00${one.charCodeAt(0).toString(16)}`).join(""),
  "as HTML entities": (key) => [...key].map((one) => `&#${one.charCodeAt(0)};`).join(""),
  "as hex entities": (key) => [...key].map((one) => `&#x${one.charCodeAt(0).toString(16)};`).join(""),
  base64: (key) => btoa(key),
  "base64 inside": (key) => btoa(`a key: ${key}!`),
  "base64 for addresses": (key) => btoa(`{"k":"${key}"}`).replaceAll("+", "-").replaceAll("/", "_"),
  "base64 twice": (key) => btoa(btoa(key)),
  hex: (key) => [...key].map((one) => one.charCodeAt(0).toString(16)).join(""),
  spread: (key) => [...key].join(" "),
  "cut by a line": (key) => `${key.slice(0, 20)}\n${key.slice(20)}`,
  backwards: (key) => [...key].reverse().join(""),
  "in capitals": (key) => key.toUpperCase(),
};
const SHAPES: Readonly<Record<string, (said: string, key: string) => string>> = {
  "Google's error": (said) => json({ error: { code: 400, message: said, status: "INVALID_ARGUMENT" } }, 400),
  "details of an error": (said) =>
    json(
      { error: { code: 400, message: "no", status: "X", details: [{ "@type": "y", [said]: [said] }] } },
      400,
    ),
  "a list with an error": (said) => json([{ error: { code: 400, message: said, status: "INTERNAL" } }], 400),
  "escaped JSON": (_said, key) =>
    whole(
      400,
      plain,
      `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"${
        [...key].map((one) => `\\u00${one.charCodeAt(0).toString(16)}`).join("")
      }"}}`,
    ),
  "JSON of another kind": (said) => json({ message: said }, 404),
  text: (said) => whole(404, "text/plain", said),
  HTML: (said) => whole(404, "text/html", `<p>${said}</p>`),
  "a success of HTML": (said) => whole(200, "text/html", `<p>${said}</p>`),
  "a success of text": (said) => whole(200, "text/plain", said),
  "an error event": (said) =>
    whole(200, sse, `data: ${JSON.stringify({ error: { code: 400, message: said, status: "X" } })}\r\n\r\n`),
  "an error event after a word": (said) =>
    whole(
      200,
      sse,
      chunk("first") +
        `data: ${JSON.stringify({ error: { code: 500, message: said, status: "X" } })}\r\n\r\n`,
    ),
  "a raw error after a word": (said) =>
    whole(
      200,
      sse,
      chunk("first") + JSON.stringify({ error: { code: 500, message: said, status: "X" } }, null, 2),
    ),
  "a whole reply that is an error": (said) => json({ error: { code: 400, message: said, status: "X" } }),
};

/** Every shape in plain on every lane; the dresses where they pass as they are: natively, in an error and in a text. */
function lanesFor(shape: string, dress: string): typeof LANES {
  if (dress === "plain") return shape.includes("after a word") ? LANES.slice(-2) : LANES;
  return shape === "Google's error" || shape === "text" ? LANES.slice(6, 7) : [];
}

Deno.test("upstream: the key never reaches a client, whatever its dress and wherever it stands", async () => {
  for (const [shape, say] of Object.entries(SHAPES)) {
    let dress = DRESSES["plain"]!;
    await hostile(({ key }) => [say(dress(key), key)], async (t) => {
      for (const [name, wear] of Object.entries(DRESSES)) {
        dress = wear;
        for (const [lane, , call] of lanesFor(shape, name)) {
          const told = await call(t);
          for (const key of KEYS) {
            for (const form of [wear(key), key]) {
              const seen = JSON.stringify(told.text);
              assert.ok(
                !told.text.includes(form) && !seen.includes(JSON.stringify(form).slice(1, -1)),
                `${shape}, ${name}, ${lane}: ${told.text.slice(0, 400)}`,
              );
            }
          }
        }
        for (const line of t.log) {
          for (const key of KEYS) assert.ok(!line.includes(wear(key)), `${shape}, ${name}: ${line}`);
        }
      }
    }, { LOG_LEVEL: "info" });
  }
});

Deno.test("upstream: a model list that hangs holds neither unknown models nor POST /api/models", async () => {
  await hostile(() => [json({})], async (t, upstream) => {
    upstream.lists = () => trickle(" ", head(200, plain), 200);
    const started = performance.now();
    const [unknown, listed] = await Promise.all([
      tell(t, "/v1/chat/completions", {
        body: { model: "gemini-9-unknown", messages: [{ role: "user", content: "x" }] },
      }),
      tell(t, "/api/models", { method: "POST" }),
    ]);
    const took = performance.now() - started;
    assert.equal(unknown.status, 404, unknown.text);
    assert.equal(listed.status, 200, listed.text);
    assert.ok(took < 25_000, `${Math.round(took)} ms`);
    upstream.lists = () => endless("x", head(200, plain));
    assert.equal((await tell(t, "/api/models", { method: "POST" })).status, 200);
  });
});
