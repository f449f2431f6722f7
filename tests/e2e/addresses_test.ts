import assert from "node:assert/strict";
import { createApp } from "../../src/http/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { at, DIALECTS, type Json, MODEL, tell, TOKEN, type Told } from "./calls.ts";

type Dialect = "openai" | "anthropic" | "gemini";

const CHAT = DIALECTS.chat.body("hello");
const MESSAGES = DIALECTS.messages.body("hello");
const RESPONSES = DIALECTS.responses.body("hello");
const NATIVE: Json = { contents: [{ role: "user", parts: [{ text: "hello" }] }] };
const GENERATE = `models/${MODEL}:generateContent`;

/** Ways in which clients write each address, with what they send there. */
const SERVED: readonly (readonly [Dialect, readonly string[], Json | undefined, string])[] = [
  [
    "openai",
    spelled(
      "chat/completions",
      "v1beta/chat/completions",
      "v1/chat%2Fcompletions",
      "%76%31/chat/completions",
    ),
    CHAT,
    "choices",
  ],
  ["openai", spelled("responses"), RESPONSES, "output"],
  ["openai", spelled("embeddings"), { model: "gemini-embedding-001", input: "x" }, "data"],
  [
    "anthropic",
    ["v1/messages", "messages", "v1/v1/messages", "v1/messages/", "//v1//messages"],
    MESSAGES,
    "content",
  ],
  [
    "anthropic",
    ["v1/messages/count_tokens", "messages/count_tokens", "v1/v1/messages/count_tokens?beta=true"],
    MESSAGES,
    "input_tokens",
  ],
  [
    "gemini",
    [
      `v1beta/${GENERATE}`,
      `v1/${GENERATE}`,
      `v1alpha/${GENERATE}`,
      `v1beta/v1beta/${GENERATE}`,
      `v1/v1beta/${GENERATE}`,
      GENERATE,
      `/v1beta/${GENERATE}/`,
      `v1beta//${GENERATE}`,
      `v1beta/models/${MODEL}%3AgenerateContent`,
      `v1beta/models%2F${MODEL}:generateContent`,
    ],
    NATIVE,
    "candidates",
  ],
  ["openai", spelled("models"), undefined, "data"],
  [
    "gemini",
    ["v1beta/models", "v1alpha/models", "v1beta/v1beta/models", "v1beta/models/"],
    undefined,
    "models",
  ],
];

function spelled(path: string, ...more: readonly string[]): readonly string[] {
  return [
    `v1/${path}`,
    path,
    `v1beta/openai/${path}`,
    `v1/openai/${path}`,
    `openai/v1/${path}`,
    `v1/v1/${path}`,
    `v1/${path}/`,
    `/v1//${path}`,
    ...more,
  ];
}

Deno.test("every way in which clients write an address reaches its handler", async () => {
  await using t = await proxyUnderTest();
  for (const [dialect, paths, body, field] of SERVED) {
    for (const path of paths) {
      const reply = await tell(t, `/${path}`, body === undefined ? {} : { body });
      assert.equal(reply.status, 200, `${path}: ${reply.text.slice(0, 300)}`);
      assert.ok(field in reply.json, `${path} in ${dialect}: ${reply.text.slice(0, 200)}`);
    }
  }
});

Deno.test("a doubled version and slashes reach what is beside messages too", async () => {
  await using t = await proxyUnderTest();
  for (const path of ["/api/hello", "/v1/api/hello", "//api//hello"]) {
    assert.equal((await tell(t, path, { method: "HEAD" })).status, 200, path);
  }
});

/** Paths below a client API that nobody serves, and whose words a refusal must be in. */
const UNKNOWN: readonly (readonly [string, Dialect, Readonly<Record<string, string>>?])[] = [
  ["/v1", "openai"],
  ["/v1/", "openai"],
  ["/v1/nothing", "openai"],
  ["/v1/chat/completion", "openai"],
  ["/v1/moderations", "openai"],
  ["/chat/nothing", "openai"],
  ["/v1beta/openai/nothing", "openai"],
  ["/v1/messages/nothing", "anthropic"],
  ["/messages/nothing", "anthropic"],
  ["/v1/nothing", "anthropic", { "anthropic-version": "2023-06-01" }],
  ["/v1/nothing", "gemini", { "x-goog-api-key": TOKEN }],
  ["/v1beta", "gemini"],
  ["/v1beta/models/x:nothing", "gemini"],
  ["/v1alpha/models/x:nothing", "gemini"],
  ["/upload/v1beta/nothing", "gemini"],
  ["/ws/nothing", "gemini"],
  ["/v1beta/%zz", "gemini"],
  ["/v1beta/..%2fx", "gemini"],
  ["/v1/%2e%2e%2f%2e%2e/api/keys", "openai"],
  ["/v1/x%00", "openai"],
];

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

/** How tokens come: where the proxy finds them, and whether it then lets in. */
const TOKENS: readonly (readonly [string, Readonly<Record<string, string>>, string, boolean])[] = [
  ["bearer", { authorization: `Bearer ${TOKEN}` }, "", true],
  ["lower-case bearer", { authorization: `bearer  ${TOKEN} ` }, "", true],
  ["bare", { authorization: TOKEN }, "", true],
  ["x-api-key", { "x-api-key": TOKEN }, "", true],
  ["x-goog-api-key", { "x-goog-api-key": TOKEN }, "", true],
  ["api-key", { "api-key": TOKEN }, "", true],
  ["query", {}, `key=${TOKEN}`, true],
  ["empty bearer beside x-api-key", { authorization: "Bearer ", "x-api-key": TOKEN }, "", true],
  ["bearer alone beside key", { authorization: "Bearer" }, `key=${TOKEN}`, true],
  ["stale bearer beside x-api-key", { authorization: "Bearer sk-stale", "x-api-key": TOKEN }, "", true],
  ["none", {}, "", false],
  ["empty", { authorization: "Bearer ", "x-api-key": "" }, "", false],
  ["wrong", { "api-key": "wrong" }, "", false],
];

Deno.test("addresses x methods x tokens: JSON in the dialect that asks, no page, no fault of ours", async () => {
  await using t = await proxyUnderTest();
  const paths = [
    ...UNKNOWN,
    ...SERVED.flatMap(([dialect, written]) => written.map((path) => [`/${path}`, dialect] as const)),
  ];
  for (const [path, dialect, more = {}] of paths) {
    for (const method of METHODS) {
      for (const [name, headers, query, good] of TOKENS) {
        const asked = path + (query === "" ? "" : `${path.includes("?") ? "&" : "?"}${query}`);
        const body = ["GET", "HEAD"].includes(method) ? {} : { body: "{}" };
        const sent = { authorization: "", ...headers, ...more };
        const reply = await tell(t, asked, { method, headers: sent, ...body });
        const what = `${method} ${asked} with ${name}: ${reply.status} ${reply.text.slice(0, 200)}`;
        assert.ok(reply.status < 500, what);
        assert.ok(!/<html|<!doctype/i.test(reply.text), what);
        if (reply.status >= 400 && method !== "HEAD") assert.ok(saidIn(dialect, reply, asked, sent), what);
        if (!good && path !== "/ws/nothing") {
          assert.ok([401, 404, ...("x-goog-api-key" in more ? [405] : [])].includes(reply.status), what);
        }
        if (good && UNKNOWN.some(([known]) => known === path)) {
          assert.ok([404, 405, 400].includes(reply.status), what);
        }
      }
    }
  }
});

/** On shared paths a Google kind of key asks in Google's words, as its header or query says. */
function saidIn(
  dialect: Dialect,
  reply: Told,
  path: string,
  sent: Readonly<Record<string, string>>,
): boolean {
  const shapes = { openai: isOpenai, anthropic: isAnthropic, gemini: isGemini };
  const shared = !/openai|chat|completion|responses|embeddings|moderations/.test(path);
  const google = path.includes("key=") || "x-goog-api-key" in sent;
  return shapes[shared && google && dialect === "openai" ? "gemini" : dialect](reply.json);
}

function isOpenai(json: Json): boolean {
  return typeof at(json, "error.message") === "string" && "param" in (json["error"] as Json);
}

function isAnthropic(json: Json): boolean {
  return json["type"] === "error" && typeof at(json, "error.type") === "string";
}

function isGemini(json: Json): boolean {
  return typeof at(json, "error.code") === "number" && typeof at(json, "error.status") === "string";
}

Deno.test("good tokens beside bad ones do not feed the brake on wrong tokens", async () => {
  await using t = await proxyUnderTest();
  for (let round = 0; round < 30; round++) {
    const headers = { authorization: "Bearer ", "x-api-key": TOKEN };
    assert.equal((await tell(t, "/v1/models", { headers })).status, 200);
  }
  const none = await tell(t, "/v1/models", { headers: { authorization: "" } });
  assert.match(none.text, /Authorization: Bearer <PROXY_API_KEY>/);
});

Deno.test("a page is found with a slash at its end, and no address leads to another site", async () => {
  const pages = {
    fetch: () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
  };
  const app = createApp({ proxy: pages, api: pages, dashboard: pages, onFault: assert.ifError });
  const ask = (path: string) => app.fetch(new Request(`http://localhost${path}`));
  assert.equal((await ask("/dashboard/keys?open=1")).status, 200);
  for (
    const [path, target] of [
      ["/dashboard/keys/?open=1", "/dashboard/keys?open=1"],
      ["//dashboard//keys", "/dashboard/keys"],
      ["//evil.example/", "/evil.example"],
      ["/%2fevil.example/", "/evil.example"],
    ]
  ) {
    const reply = await ask(path!);
    assert.equal(reply.status, 308, String(path));
    assert.equal(reply.headers.get("location"), target);
  }
});

Deno.test("paths that nobody serves tell programs so in JSON", async () => {
  await using t = await proxyUnderTest();
  for (const path of ["/nothing", "/nothing/", "/v2x", "/index.php"]) {
    const reply = await tell(t, path, { headers: { accept: "*/*" } });
    assert.equal(reply.status, 404, path);
    assert.ok(isOpenai(reply.json), `${path}: ${reply.text}`);
  }
  const away = await fetch(`${t.url}//evil.example/`, { redirect: "manual" });
  assert.ok(!(away.headers.get("location") ?? "").startsWith("//"));
  await away.body?.cancel();
  const managed = await tell(t, "/api/health/");
  assert.equal(managed.status, 200, managed.text);
});
