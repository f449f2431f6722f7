/** docs/security.md: addresses, hosts and names that are written in unusual ways. */
import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask } from "../e2e/calls.ts";

const TOKEN = "a-token-that-must-never-be-repeated";
const BODY = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });

/** Sends a head as it is; gives the answer, empty when the connection was closed without one. */
async function raw(t: UnderTest, lines: readonly string[], body = ""): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: t.serving.port });
  const more = body === "" ? [] : ["Content-Type: application/json", `Content-Length: ${body.length}`];
  const text = [...lines, ...more, "Connection: close", "", body].join("\r\n");
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text().catch(() => "");
}

const PATHS = [
  "/v1/models",
  "/v1beta/models",
  "/v1beta/files",
  "/api/keys",
  "/api/health",
  "/metrics",
  "/api/hello",
];

/** Everything that the process says to its own streams, as a router's or the platform's own printing would be. */
async function withConsole(run: () => Promise<void>): Promise<string> {
  const said: string[] = [];
  const kept = { error: console.error, log: console.log, warn: console.warn };
  const take = (...all: unknown[]) => void said.push(all.map((one) => Deno.inspect(one)).join(" "));
  Object.assign(console, { error: take, log: take, warn: take });
  try {
    await run();
  } finally {
    Object.assign(console, kept);
  }
  return said.join("\n");
}

Deno.test("a host that no address can have is refused on every route, and no address is in the log", async () => {
  await using t = await proxyUnderTest({ env: { PROXY_API_KEY: TOKEN } });
  const hosts = [
    "999.999.999.999",
    "localhost:99999",
    "[::1",
    "a b",
    "a/b",
    "a?b",
    "a#b",
    "user:password@localhost",
    "%6c%6f",
    "x\\y",
    "localhost:",
    ":80",
    "h".repeat(5_000),
  ];
  const said = await withConsole(async () => {
    for (const path of PATHS) {
      for (const host of hosts) {
        const reply = await raw(t, [`GET ${path}?key=${TOKEN}&k%65y=${TOKEN} HTTP/1.1`, `Host: ${host}`]);
        assert.match(reply, /^(HTTP\/1\.1 4\d\d |$)/, `${path} ${host}: ${reply.slice(0, 60)}`);
        assert.ok(!reply.includes(TOKEN), reply);
      }
    }
  });
  assert.ok(!said.includes(TOKEN) && !t.log.join("\n").includes(TOKEN), said + t.log.join("\n"));
  assert.equal(said, "");
});

Deno.test("a target that names another host than Host, or none that can be, is refused without repeating it", async () => {
  await using t = await proxyUnderTest({ env: { PROXY_API_KEY: TOKEN } });
  const said = await withConsole(async () => {
    for (const path of PATHS) {
      for (
        const before of [
          "http://999.999.999.999",
          "http://[::1",
          "http://localhost:99999",
          "https://evil.example",
          "http://evil.example",
          `http://user:${TOKEN}@localhost`,
          "ftp://localhost",
          "http:",
        ]
      ) {
        const reply = await raw(t, [`GET ${before}${path}?key=${TOKEN} HTTP/1.1`, "Host: localhost"]);
        assert.match(reply, /^(HTTP\/1\.1 4\d\d |$)/, `${before}${path}: ${reply.slice(0, 60)}`);
        assert.ok(!reply.includes(TOKEN), reply);
      }
    }
  });
  assert.ok(!said.includes(TOKEN) && !t.log.join("\n").includes(TOKEN), said + t.log.join("\n"));
  const same = await raw(t, [`GET http://localhost/v1/models?key=${TOKEN} HTTP/1.1`, "Host: localhost"]);
  assert.match(same, /^HTTP\/1\.1 200 /);
});

Deno.test("names in other clothes meet the same checks as plain ones", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  const made = await t.proxy.services.admin.addClient({ name: "stranger" });
  assert.ok(made.ok);
  const auth = ["Host: localhost", `Authorization: Bearer ${made.value.token}`];
  for (
    const [plain, clothes] of [
      ["/v1beta/files/abcdefgh", ["%66iles/abcdefgh", "fil%65s/abcdefgh", "%66%69%6c%65%73/%61bcdefgh"]],
      ["/v1beta/cachedContents/abcdefgh", ["%63achedContents/abcdefgh", "cached%43ontents/abcdefgh"]],
      ["/v1/files/abcdefgh", ["../v1/%66iles/abcdefgh"]],
    ] as const
  ) {
    const root = plain.slice(0, plain.indexOf("/", 1) + 1);
    for (const method of ["GET", "DELETE", "PATCH"]) {
      for (const path of [plain, ...clothes.map((one) => root + one)]) {
        const reply = await raw(t, [`${method} ${path} HTTP/1.1`, ...auth]);
        assert.match(reply, /^HTTP\/1\.1 404 /, `${method} ${path}: ${reply.slice(0, 60)}`);
      }
    }
  }
  assert.deepEqual(t.simulator.log.slice(before).map(({ path }) => path), []);
  // Written twice over, a name is another one.
  const twice = await raw(t, ["GET /v1beta/%2566iles/abcdefgh HTTP/1.1", ...auth]);
  assert.match(twice, /^HTTP\/1\.1 404 /);
  const model = await raw(
    t,
    ["POST /v1beta/models/gemini%2D2.5%2Dflash:generateContent HTTP/1.1", ...auth],
    BODY,
  );
  assert.match(model, /^HTTP\/1\.1 200 /);
});

Deno.test("the client's token never reaches Google in the query, however its name is written", async () => {
  await using t = await proxyUnderTest({ env: { PROXY_API_KEY: TOKEN } });
  const names = [
    "key",
    "k%65y",
    "%6b%65%79",
    "KEY",
    "$key",
    "%24key",
    "access_token",
    "acc%65ss_token",
    "oauth_token",
  ];
  for (const name of names) {
    const path = `/v1beta/models/gemini-2.5-flash:generateContent?${name}=${TOKEN}&alt=json`;
    const reply = await raw(
      t,
      [`POST ${path} HTTP/1.1`, "Host: localhost", `x-goog-api-key: ${TOKEN}`],
      BODY,
    );
    assert.match(reply, /^HTTP\/1\.1 200 /, name);
  }
  assert.ok(t.simulator.log.length >= names.length);
  assert.ok(!JSON.stringify(t.simulator.log).includes(TOKEN));
  assert.ok(t.simulator.log.some(({ query }) => JSON.stringify(query ?? "").includes("alt")));
});

Deno.test("a path or query beyond its bound is refused here and rests nothing", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  const auth = ["Host: localhost", "Authorization: Bearer geminitro"];
  for (
    const target of [
      `/v1beta/models/gemini-2.5-flash:generateContent?x=${"y".repeat(9_000)}`,
      `/v1beta/models/${"m".repeat(5_000)}:generateContent`,
      `/v1/models?${"a=b&".repeat(5_000)}`,
      `/api/keys?${"a".repeat(20_000)}`,
      `/dashboard/login?next=${"a".repeat(20_000)}`,
    ]
  ) {
    assert.match(
      await raw(t, [`POST ${target} HTTP/1.1`, ...auth], BODY),
      /^HTTP\/1\.1 414 /,
      target.slice(0, 60),
    );
  }
  assert.equal(t.simulator.log.length, before);
  assert.equal((await ask(t, "chat")).status, 200);
});

Deno.test("a User-Agent of brackets, names or blanks takes no time, with a token or without", async () => {
  await using t = await proxyUnderTest();
  const started = performance.now();
  for (
    const agent of [
      `Mozilla/5.0 ${"(".repeat(60_000)}`,
      `Mozilla/5.0 (${"a".repeat(60_000)}`,
      "a/".repeat(30_000),
      `x${" ".repeat(50_000)}y`,
      "a".repeat(60_000),
    ]
  ) {
    for (const path of PATHS) {
      await raw(t, [`GET ${path} HTTP/1.1`, "Host: localhost", `User-Agent: ${agent}`]);
    }
    await raw(
      t,
      ["POST /v1/chat/completions HTTP/1.1", "Host: localhost", `User-Agent: ${agent}`],
      "{}",
    );
  }
  // 40 requests; each took more than a second.
  assert.ok(performance.now() - started < 20_000);
});

Deno.test("foreign pages frame nothing, and open endpoints answer no host that is not ours", async () => {
  await using t = await proxyUnderTest();
  for (const path of [...PATHS, "/api/health/live", "/api/docs", "/api/openapi.json"]) {
    for (const dest of ["iframe", "embed", "object", "frame", "fencedframe"]) {
      const framed = await raw(t, [
        `GET ${path}?key=geminitro HTTP/1.1`,
        "Host: localhost",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: navigate",
        `Sec-Fetch-Dest: ${dest}`,
      ]);
      assert.match(framed, /^HTTP\/1\.1 403 /, `${path} in ${dest}`);
    }
    const foreign = await raw(t, [`GET ${path} HTTP/1.1`, "Host: evil.example"]);
    assert.match(foreign, /^HTTP\/1\.1 403 /, `${path} at another host`);
  }
  const followed = await raw(t, [
    "GET /v1/models?key=geminitro HTTP/1.1",
    "Host: localhost",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
  ]);
  assert.match(followed, /^HTTP\/1\.1 200 /);
});
