/** docs/security.md, "What an upstream can answer": replies that are compressed in ways that nobody asked for, or badly. */
import assert from "node:assert/strict";
import zlib from "node:zlib";
import { tell } from "../e2e/calls.ts";
import { assertFailed, hostile, LANES } from "../support/hostile_lanes.ts";
import { chunk, head, type Hostility, json } from "../support/hostile_upstream.ts";
import { KEYS } from "../support/proxy_under_test.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Pack = (plain: Bytes) => Uint8Array;

const cut = (pack: Pack): Pack => (plain) => pack(plain).subarray(0, -9);
const spoilt = (pack: Pack): Pack => (plain) => {
  const bytes = pack(plain).slice();
  for (let at = bytes.length >> 1; at < bytes.length; at++) bytes[at]! ^= 0x5a;
  return bytes;
};

/** How a body can be packed: what its head says, and what is done to it. */
const GOOD: Readonly<Record<string, readonly [says: string, pack: Pack]>> = {
  "gzip": ["gzip", zlib.gzipSync],
  "gzip in capitals": ["GZIP", zlib.gzipSync],
  "brotli": ["br", zlib.brotliCompressSync],
  "not at all, and says so": ["identity", (plain) => plain],
  "not at all, with another word": ["utf-8", (plain) => plain],
  "not at all, with 8,000 letters": ["x".repeat(8_000), (plain) => plain],
};
const BAD: Readonly<Record<string, readonly [says: string, pack: Pack]>> = {
  "deflate": ["deflate", zlib.deflateSync],
  "zstd": ["zstd", zlib.zstdCompressSync],
  "an older name of gzip": ["x-gzip", zlib.gzipSync],
  "gzip over gzip": ["gzip, gzip", (plain) => zlib.gzipSync(zlib.gzipSync(plain))],
  "plain, told as gzip": ["gzip", (plain) => plain],
  "plain, told as brotli": ["br", (plain) => plain],
  "gzip, told as brotli": ["br", zlib.gzipSync],
  "half of gzip": ["gzip", cut(zlib.gzipSync)],
  "half of brotli": ["br", cut(zlib.brotliCompressSync)],
  "spoilt gzip": ["gzip", spoilt(zlib.gzipSync)],
  "spoilt brotli": ["br", spoilt(zlib.brotliCompressSync)],
};
/** What unpacks to something else: the platform ends with the first member of gzip. */
const OTHER: Readonly<Record<string, readonly [says: string, pack: Pack]>> = {
  "gzip in gzip, told once": ["gzip", (plain) => zlib.gzipSync(zlib.gzipSync(plain))],
  "gzip in two members": [
    "gzip",
    (plain) => Buffer.concat([zlib.gzipSync(plain.subarray(0, 40)), zlib.gzipSync(plain.subarray(40))]),
  ],
};

const encode = (text: string): Bytes => new TextEncoder().encode(text);

const WORDS = "hello from afar ".repeat(20);
const turn = JSON.stringify({
  candidates: [{ content: { role: "model", parts: [{ text: WORDS }] }, finishReason: "STOP", index: 0 }],
});

function packed(status: number, type: string, body: string, [says, pack]: readonly [string, Pack]) {
  const bytes = pack(encode(body));
  return [head(status, type, `content-encoding: ${says}\r\ncontent-length: ${bytes.length}\r\n`), bytes];
}

/** A turn as each lane asks for it. */
function turnAs(form: readonly [string, Pack]): Hostility {
  return ({ path }) => {
    const streamed = path.includes("streamGenerateContent");
    if (!streamed) return packed(200, "application/json", turn, form);
    return path.includes("alt=sse")
      ? packed(200, "text/event-stream", chunk(WORDS) + chunk("the end", "STOP"), form)
      : packed(200, "application/json", `[${turn}]`, form);
  };
}

/** Calls to an upstream that a call of a client's may cost at most: what it cannot read of one key it cannot read of the others. */
const MOST_CALLS = 2;

Deno.test("upstream: what is compressed as it was asked for is read on every lane", async () => {
  let form = GOOD["gzip"]!;
  await hostile((call) => turnAs(form)(call), async (t, upstream) => {
    for (const [name, one] of Object.entries(GOOD)) {
      form = one;
      for (const [lane, , call] of LANES) {
        const { calls } = upstream;
        const told = await call(t);
        assert.equal(told.status, 200, `${lane}, ${name}: ${told.text.slice(0, 300)}`);
        assert.match(told.text, /hello from afar/, `${lane}, ${name}`);
        assert.equal(upstream.calls - calls, 1, `${lane}, ${name}`);
      }
    }
  });
});

Deno.test("upstream: what is compressed in another way, or badly, is told as that, asked for twice and held against nobody", async () => {
  let form = BAD["deflate"]!;
  await hostile((call) => turnAs(form)(call), async (t, upstream) => {
    for (const [name, one] of Object.entries({ ...BAD, ...OTHER })) {
      const { calls } = upstream;
      form = one;
      await Promise.all(LANES.map(async ([lane, , call]) => {
        const told = await call(t);
        const where = `${lane}, ${name}: ${told.status} ${told.text.slice(0, 400)}`;
        assertFailed(told, where);
        assert.ok(!NETWORK_REGEXP.test(told.text), where);
        if (name in BAD) assert.match(told.text, /compressed|unpacked/, where);
      }));
      const asked = (upstream.calls - calls) / LANES.length;
      assert.ok(asked <= (name in BAD ? MOST_CALLS : 4), `${name}: ${asked} calls for one`);
      form = GOOD["gzip"]!;
      await Promise.all(LANES.map(async ([lane, , call]) => {
        const told = await call(t);
        assert.equal(told.status, 200, `${lane} after ${name}: ${told.text.slice(0, 300)}`);
      }));
    }
  }, { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "20" });
});

const NETWORK_REGEXP = /[Cc]annot (?:be )?reach|network|ECONN/;

/** A refusal is read before any lane is told of it. */
const FEW = LANES.filter((_lane, index) => index % 2 === 0);

Deno.test("upstream: a refusal that cannot be unpacked is judged by its status", async () => {
  const error = JSON.stringify({
    error: { code: 400, message: "No.".repeat(99), status: "INVALID_ARGUMENT" },
  });
  let form = BAD["deflate"]!;
  await hostile(() => packed(400, "application/json", error, form), async (t, upstream) => {
    for (const [name, one] of Object.entries({ ...GOOD, ...BAD, ...OTHER })) {
      const { calls } = upstream;
      form = one;
      await Promise.all(FEW.map(async ([lane, , call]) => {
        const told = await call(t);
        const where = `${lane}, ${name}: ${told.status} ${told.text.slice(0, 300)}`;
        assertFailed(told, where);
        assert.ok(!NETWORK_REGEXP.test(told.text), where);
        assert.match(told.text, name in GOOD ? /No\.|400/ : /status 400/, where);
      }));
      const asked = (upstream.calls - calls) / FEW.length;
      assert.ok(asked <= KEYS.length, `${name}: ${asked} calls for one`);
    }
  }, { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "20" });
});

/** Calls that are no turn: some are passed on as they are. */
const CALLS = ["/v1beta/files/1:download?alt=media", "/v1beta/files", "/v1/files", "/v1beta/cachedContents"];

Deno.test("upstream: files, lists and answers to calls of our own are never taken packed, nor passed on", async () => {
  let form = GOOD["gzip"]!;
  await hostile(({ path }) => {
    if (path === "/v1beta/files/1") return [json({ name: "files/1", state: "ACTIVE" })];
    return packed(200, path.includes("media") ? "image/png" : "application/json", turn, form);
  }, async (t, upstream) => {
    for (const path of CALLS) {
      const told = await tell(t, path);
      assert.equal(told.status, 200, `${path}: ${told.text.slice(0, 300)}`);
    }
    for (const [name, one] of Object.entries(BAD)) {
      form = one;
      for (const path of CALLS) {
        // Half of a file may have come before the fault shows: it breaks off.
        const status = await tell(t, path).then((told) => told.status, () => 502);
        assert.ok(status >= 500, `${path}, ${name}: ${status}`);
      }
      upstream.lists = () => packed(200, "application/json", '{"models":[]}', form);
      const listed = await tell(t, "/api/models", { method: "POST" });
      assert.equal(listed.status, 200, `${name}: ${listed.text.slice(0, 300)}`);
      assert.match(listed.text, /compressed|unpacked|not a list/, name);
      upstream.lists = undefined;
    }
    form = GOOD["gzip"]!;
    assert.equal((await tell(t, CALLS[0]!)).text, turn);
  }, { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "20" });
});
