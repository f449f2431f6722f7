import assert from "node:assert/strict";
import fc from "fast-check";
import { readImport } from "./import_formats.ts";

const T = "1//0a-Token.of_Ada";

type Expected =
  readonly (readonly [name: string, provider: string | undefined, off?: boolean, proxy?: string])[];

const FILES: readonly (readonly [what: string, file: unknown, found: Expected])[] = [
  ["CLIProxyAPI, Antigravity", { type: "antigravity", email: "a@example.org", refresh_token: T }, [
    ["a@example.org", "antigravity"],
  ]],
  [
    "CLIProxyAPI, Gemini CLI, off and with a proxy",
    {
      type: "gemini",
      email: "a@example.org",
      token: { refresh_token: T },
      disabled: true,
      proxy_url: "socks5://p:1",
    },
    [["a@example.org", "gemini_cli", true, "socks5://p:1"]],
  ],
  ["a bare token", { refresh_token: T }, [["the account", undefined]]],
  [
    "agy",
    {
      token: { access_token: "y", refresh_token: T, expiry: "2026-11-30T00:00:00Z" },
      auth_method: "consumer",
    },
    [["the account", "antigravity"]],
  ],
  ["a token of Gemini's type", { token: { refresh_token: T }, type: "gemini" }, [[
    "the account",
    "gemini_cli",
  ]]],
  ["Gemini CLI", { access_token: "y", refresh_token: T, token_type: "Bearer", expiry_date: 1 }, [
    ["the account", "gemini_cli"],
  ]],
  ["gcli2api", { client_id: "c", client_secret: "s", token: "ya29.y", refresh_token: T, scopes: [] }, [
    ["the account", "gemini_cli"],
  ]],
  [
    "opencode's plugin",
    {
      accounts: [{ email: "a@example.org", refreshToken: `${T}|p|m` }, {
        email: "b@example.org",
        refreshToken: T,
        enabled: false,
      }],
    },
    [["a@example.org", "antigravity"], ["b@example.org", "antigravity", true]],
  ],
  ["Antigravity-Manager's export", [{ email: "a@example.org", refresh_token: T }], [[
    "a@example.org",
    "antigravity",
  ]]],
  [
    "Antigravity-Manager's account",
    { accounts: [{ id: "1", email: "a@example.org", token: { refresh_token: T }, proxy_disabled: true }] },
    [["a@example.org", "antigravity", true]],
  ],
  [
    "opencode's auth.json",
    {
      google: { type: "oauth", refresh: `${T}|p`, access: "y", expires: 1 },
      antigravity: { type: "oauth", refresh: T },
      anthropic: { type: "oauth", refresh: "sk-x" },
      openai: { type: "api", key: "sk-y" },
    },
    [["google", undefined], ["antigravity", "antigravity"]],
  ],
  ["tokens one a line", `${T}\n\n# a remark\na@example.org,${T}\nb@example.org ${T}`, [
    ["line 1", undefined],
    ["a@example.org", undefined],
    ["b@example.org", undefined],
  ]],
  [
    "an object a line",
    `{"type":"antigravity","refresh_token":"${T}"}\n{"type":"gemini","refresh_token":"${T}"}`,
    [
      ["line 1", "antigravity"],
      ["line 2", "gemini_cli"],
    ],
  ],
];

Deno.test("readImport() reads the files of other programs, with a byte order mark too", () => {
  for (const [what, file, expected] of FILES) {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    for (const mark of ["", "\uFEFF"]) {
      const { found } = readImport(mark + text);
      const read = found.map((one) =>
        one.kind === "token" ? [one.name, one.provider, one.off, one.proxy] : [one.name]
      );
      assert.deepEqual(
        read,
        expected.map(([name, provider, off, proxy]) => [name, provider, off, proxy]),
        what,
      );
      for (const one of found) assert.equal(one.kind === "token" ? one.refreshToken : "", T, what);
    }
  }
});

Deno.test("readImport() says of everything that it leaves out why", () => {
  const reasons = (file: unknown) =>
    readImport(JSON.stringify(file)).skipped.map(({ name, message }) => `${name}: ${message}`);
  assert.deepEqual(
    reasons([{ email: "a@example.org" }, { email: "b@example.org", type: "claude", refresh_token: T }]),
    [
      "a@example.org: It has no refresh token",
      "b@example.org: It is an account of claude, not of Google's",
    ],
  );
  assert.deepEqual(
    reasons({ anthropic: { type: "oauth", refresh: "x" }, google: { type: "api", key: "k" } }),
    [
      "anthropic: It is no account of Google's",
      "google: It is an API key: add it with geminitro key add",
    ],
  );
  assert.deepEqual(readImport("").skipped.map(({ message }) => message), ["It is empty"]);
  assert.deepEqual(readImport("Dear Ada,\nall the best"), { found: [], skipped: [] });
  const many = JSON.stringify(Array.from({ length: 1_500 }, () => ({ refresh_token: T })));
  const { found, skipped } = readImport(many);
  assert.deepEqual([found.length, skipped.length], [1_000, 1]);
});

Deno.test("readImport() never throws, and what it calls a token can be in a header", () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: "binary" })), (text) => {
    for (const one of readImport(text).found) if (one.kind === "token") assert.ok(one.refreshToken !== "");
  }));
});
