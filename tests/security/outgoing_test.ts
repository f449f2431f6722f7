/** docs/security.md, "What a request can make the proxy fetch": URLs that strangers choose. */
import assert from "node:assert/strict";
import zlib from "node:zlib";
import { isPublicAddress } from "../../src/relay/public_address.ts";
import { ssrfSafeFetch } from "../../src/http/proxy/ssrf_safe_fetch.ts";
import { fetchRemoteMedia, MEDIA_LIMITS } from "../../src/http/proxy/decode_call.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { tell } from "../e2e/calls.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::FFFF:10.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b:1::7f00:1",
  "2002:7f00:1::",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "not an address",
  "",
];
const PUBLIC = ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"];

Deno.test("only addresses of the public internet may be called, in every way of writing them", () => {
  for (const address of PRIVATE) assert.equal(isPublicAddress(address), false, address);
  for (const address of PUBLIC) assert.equal(isPublicAddress(address), true, address);
});

const limits = { ...MEDIA_LIMITS, ms: 2_000 };

/** A server that must never be asked. */
async function guarded(run: (port: number, asked: () => number) => Promise<void>): Promise<void> {
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    asked++;
    return new Response("inside");
  });
  try {
    await run(server.addr.port, () => asked);
  } finally {
    await server.shutdown();
  }
}

Deno.test("decimal, octal, hexadecimal, short, mapped and dotted hosts do not lead inside", () =>
  guarded(async (port, asked) => {
    const hosts = [
      "127.0.0.1",
      "2130706433",
      "0177.0.0.1",
      "0x7f.0.0.1",
      "0x7f000001",
      "127.1",
      "127.0.0.1.",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[0:0:0:0:0:ffff:7f00:1]",
      "localhost",
      "localhost.",
      "%6c%6f%63%61%6c%68%6f%73%74",
      "\u2460\u2461\u2466.0.0.1",
      "user:8.8.8.8@127.0.0.1",
      "0",
    ];
    for (const host of hosts) {
      const url = `http://${host}:${port}/`;
      await assert.rejects(
        async () => await ssrfSafeFetch(url, { signal: AbortSignal.timeout(60_000), limits }),
        (error: Error) => /public internet|cannot be reached|Invalid URL/.test(error.message),
        host,
      );
    }
    assert.equal(asked(), 0, "the inside was called");
  }));

Deno.test("a redirect does not lead inside, and not to another protocol", () =>
  guarded(async (port, asked) => {
    const target = { now: "" };
    const outside = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(null, { status: 302, headers: { location: target.now } }),
    );
    try {
      // The first server stands for one on the public internet; the second address is judged by the real rule.
      let first = true;
      const allowed = (address: string) => {
        const judged = first || isPublicAddress(address);
        first = false;
        return judged;
      };
      for (
        const location of [
          `http://127.0.0.1:${port}/`,
          `http://[::1]:${port}/`,
          `http://localhost:${port}/`,
          `//2130706433:${port}/`,
          "http://169.254.169.254/latest/meta-data/",
          "file:///etc/passwd",
          "data:text/plain,x",
          "gopher://127.0.0.1/",
        ]
      ) {
        first = true;
        target.now = location;
        const url = `http://127.0.0.1:${outside.addr.port}/`;
        const fetched = ssrfSafeFetch(url, { signal: AbortSignal.timeout(60_000), limits, allowed });
        await assert.rejects(fetched, /public internet|not http/, location);
      }
      assert.equal(asked(), 0, "the inside was called");
    } finally {
      await outside.shutdown();
    }
  }));

Deno.test("a name that resolves to a private address is refused when the connection is made", () =>
  guarded(async (port, asked) => {
    // What the resolver says of localhost is judged, not the name.
    const judged: string[] = [];
    const fetched = ssrfSafeFetch(`http://localhost:${port}/`, {
      signal: AbortSignal.timeout(60_000),
      limits,
      allowed: (address) => {
        judged.push(address);
        return isPublicAddress(address);
      },
    });
    await assert.rejects(fetched, /public internet/);
    assert.ok(judged.length > 0 && judged.every((address) => !address.includes("localhost")), judged.join());
    assert.equal(asked(), 0);
  }));

Deno.test("fetched media end at their size, their time and their redirects", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/loop") return new Response(null, { status: 302, headers: { location: "/loop" } });
    if (pathname === "/silent") {
      return new Promise<Response>((done) => setTimeout(() => done(new Response()), 400));
    }
    let sent = 0;
    return new Response(
      new ReadableStream({
        pull: (controller) =>
          sent++ < 100 ? controller.enqueue(new Uint8Array(64 * 1024)) : controller.close(),
      }),
    );
  });
  try {
    const get = (path: string, ms = 60_000) =>
      ssrfSafeFetch(`http://127.0.0.1:${server.addr.port}${path}`, {
        signal: new AbortController().signal,
        limits: { bytes: 1_000_000, ms, redirects: 3 },
        allowed: () => true,
      });
    await assert.rejects(get("/endless"), /larger than/);
    await assert.rejects(get("/loop"), /redirects too often/);
    await assert.rejects(get("/silent", 200), /in time/);
  } finally {
    await server.shutdown();
  }
});

Deno.test("fetched media that come compressed are unpacked within their bound, or refused", async () => {
  const plain = new TextEncoder().encode("a picture ".repeat(500));
  const zeros = new Uint8Array(4_000_000);
  const bodies: Readonly<Record<string, readonly [coding: string, body: Uint8Array]>> = {
    gzip: ["gzip", zlib.gzipSync(plain)],
    br: ["br", zlib.brotliCompressSync(plain)],
    deflate: ["deflate", zlib.deflateSync(plain)],
    zstd: ["zstd", zlib.zstdCompressSync(plain)],
    twice: ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(plain))],
    unknown: ["lz-odd", plain],
    untrue: ["gzip", plain],
    half: ["gzip", zlib.gzipSync(plain).subarray(0, -9)],
    "bomb of gzip": ["gzip", zlib.gzipSync(zeros)],
    "bomb of br": ["br", zlib.brotliCompressSync(zeros)],
    "bomb of zstd": ["zstd", zlib.zstdCompressSync(zeros)],
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const [coding, body] = bodies[decodeURIComponent(new URL(request.url).pathname.slice(1))]!;
    return new Response(body.slice(), {
      headers: { "content-encoding": coding, "content-type": "image/png" },
    });
  });
  try {
    const get = (name: string) =>
      ssrfSafeFetch(`http://127.0.0.1:${server.addr.port}/${name}`, {
        signal: new AbortController().signal,
        limits: { bytes: 1_000_000, ms: 20_000, redirects: 3 },
        allowed: () => true,
      });
    for (const name of ["gzip", "br", "deflate", "zstd"]) {
      assert.deepEqual(new Uint8Array((await get(name)).bytes), plain, name);
    }
    for (const name of ["twice", "unknown"]) await assert.rejects(get(name), /not supported/, name);
    for (const name of ["untrue", "half"]) await assert.rejects(get(name), /cannot be unpacked/, name);
    for (const name of Object.keys(bodies).filter((one) => one.startsWith("bomb"))) {
      await assert.rejects(get(name), /larger than 1000000 bytes/, name);
    }
  } finally {
    await server.shutdown();
  }
});

Deno.test("a refused image URL names its field and tells nothing of the network inside", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  for (
    const url of [
      "http://127.0.0.1:1/",
      "http://localhost:22/",
      "http://169.254.169.254/latest",
      "http://[::1]:7536/api/keys",
    ]
  ) {
    const content = [{ type: "image_url", image_url: { url } }];
    const told = await tell(t, "/v1/chat/completions", {
      body: { model: "gemini-2.5-flash", messages: [{ role: "user", content }] },
    });
    assert.equal(told.status, 400, told.text);
    assert.match(told.text, /image_url/);
    assert.ok(!/refused|ECONN|open|127\.0\.0\.1|::1/.test(told.text), told.text);
  }
  assert.equal(t.simulator.log.length, before);
  const blobs = await fetchRemoteMedia([{ url: "http://127.0.0.1/", param: "messages[0]" }], {
    signal: new AbortController().signal,
    limits,
    totalBytes: 1_000_000,
  });
  assert.ok(!blobs.ok && blobs.error.class === "invalid_request");
});
